"""The transformer of EIS VII: fixed attention, then an AND of two thresholds of look-ups.

``program`` is the circuit, ``evidence`` what the network does with the design pairs, ``fit`` and
``thresholds`` find the constants, ``trade`` does with fewer of them, ``regions`` is a program of
another kind, and ``controls`` are wrong ones.
"""
