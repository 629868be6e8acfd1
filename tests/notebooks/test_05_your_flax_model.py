"""The notebook of the user's own model, on small settings."""

from notebook_case import run_small


def test_it_runs(monkeypatch, tmp_path):
    run_small("05_your_flax_model", monkeypatch, tmp_path)
