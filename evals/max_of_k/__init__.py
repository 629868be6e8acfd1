"""``python -m evals.max_of_k``: ``__main__`` is the evaluation, the rest serves it."""
