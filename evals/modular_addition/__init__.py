"""``python -m evals.modular_addition``: ``__main__`` is the evaluation, the rest serves it."""
