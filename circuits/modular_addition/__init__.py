"""Modular addition by waves: the whole network, its neurons, its MLP and its attention.

``program`` is the circuit, ``fit`` reads its constants off a network, ``controls`` are wrong
programs; ``evidence`` and ``progress`` are the published measurements, ``fourier`` their basis.
"""
