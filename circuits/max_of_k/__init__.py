"""Max-of-K: attention by token order, output by copying.

``program`` is the circuit, ``fit`` finds its constants on design examples.
"""
