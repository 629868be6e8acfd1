"""Induction: previous-token heads and induction heads as programs of the tokens.

``program`` is the circuit, ``fit`` finds the heads and their constants on design examples.
"""
