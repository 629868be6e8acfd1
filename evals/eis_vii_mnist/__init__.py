"""``python -m evals.eis_vii_mnist``: ``__main__`` is the evaluation, the rest serves it."""
