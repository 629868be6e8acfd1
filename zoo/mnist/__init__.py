"""Handwritten digits: ``pictures`` (arrays) and ``data`` (examples with the labels asked for)."""
