"""The residual lab of any evaluation's circuit: ``python -m evals.residuals NAME``."""
