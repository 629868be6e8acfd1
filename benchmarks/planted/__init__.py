"""``python -m benchmarks.planted``: do the metrics order programs whose distance is known?

``networks`` are compiled by hand, so that their program is known; ``programs`` are at known
distances from it; ``judged`` counts what each metric puts in the right order, ``trials`` what
intervals cover and tell apart.
"""
