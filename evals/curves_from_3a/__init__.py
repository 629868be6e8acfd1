"""``python -m evals.curves_from_3a``: ``__main__`` is the evaluation, the rest serves it."""
