"""The notebook of the curve detectors, on small settings."""

import pytest
from notebook_case import run_small


@pytest.mark.usefixtures("assets")
def test_it_runs(monkeypatch, tmp_path):
    run_small("02_curve_detectors", monkeypatch, tmp_path, optimised=True)
