"""How much of the damage of zero-ablation a program undoes: ``aann.evaluate``, from top to bottom.

Start with ``evaluate``, which reads as the pipeline: ``fit`` (one pass over design examples),
``ladder`` (the rows), ``measure`` (one pass over held-out examples), then intervals and a
``Report``. ``metrics`` and ``answer`` are the losses, ``cost`` what a row is charged for.

May use: ``store``, ``bench`` and what lies below them.
"""
