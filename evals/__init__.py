"""One evaluation to a module; ``python -m evals`` lists them."""
