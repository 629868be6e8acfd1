"""The notebook of the honest comparison, on small settings."""

from notebook_case import run_small


def test_it_runs(monkeypatch, tmp_path):
    run_small("06_comparing_programs_honestly", monkeypatch, tmp_path)
