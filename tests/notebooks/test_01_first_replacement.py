"""The notebook of the first replacement, on small settings."""

from notebook_case import run_small


def test_it_runs(monkeypatch, tmp_path):
    run_small("01_first_replacement", monkeypatch, tmp_path)
