"""The same curve detectors as a program of the layer below them, mixed3a.

``program`` is the circuit, ``kernels`` its filters, ``found`` its constants for the mirrored
checkpoint; ``tuning`` measures with synthetic pictures which way units of mixed3a face, ``choice``
picks those that are read; ``fit`` finds all constants, from where ``begin`` begins, by the descents
of ``search``, and ``provenance`` rounds them; ``controls`` are wrong programs, ``rounds`` the
programs that came before.
"""
