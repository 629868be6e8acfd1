"""The notebook of the labelling program, on small settings."""

import pytest
from notebook_case import run_small


@pytest.mark.usefixtures("assets")
def test_it_runs(monkeypatch, tmp_path):
    run_small("04_labels_of_mnist", monkeypatch, tmp_path)
