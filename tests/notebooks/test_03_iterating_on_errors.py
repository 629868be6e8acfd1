"""The notebook of the rounds of the curve detectors, on small settings."""

import pytest
from notebook_case import run_small


@pytest.mark.usefixtures("assets")
def test_it_runs(monkeypatch, tmp_path):
    run_small("03_iterating_on_errors", monkeypatch, tmp_path, optimised=True)
