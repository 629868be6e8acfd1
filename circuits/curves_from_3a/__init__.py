"""The same curve detectors as a program of the layer below them, mixed3a.

``program`` is the circuit; ``tuning`` measures with synthetic pictures which way units of mixed3a
face, ``fit`` which of them count and how loud each is, ``controls`` are wrong programs.
"""
