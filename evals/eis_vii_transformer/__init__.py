"""``python -m evals.eis_vii_transformer``: ``__main__`` is the evaluation, the rest serves it."""
