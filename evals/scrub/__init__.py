"""Causal scrubbing of the circuits: ``cases`` has a network, its examples and claims for each."""
