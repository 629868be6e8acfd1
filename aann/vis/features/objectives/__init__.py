"""What is to be high: numbers of each picture, from the activations that it causes.

Start with ``units`` (a channel, a neuron, a direction, a logit); ``batch`` looks across the
pictures of one objective, ``program`` at a replacement, ``pictures`` at the pixels. ``written``
reads strings such as ``"mixed3b:343"``. They all make an ``objective.Objective``, which adds,
subtracts and scales.
"""
