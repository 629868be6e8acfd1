import pytest

import zoo
from evals import curve_detectors, default
from evals.modular_addition import __main__ as modular_addition


@pytest.fixture
def ran(monkeypatch):
    """What was run, instead of running it."""
    calls = []
    for module in (curve_detectors, modular_addition):
        monkeypatch.setattr(module, "main", lambda argv, m=module: calls.append((m.NAME, argv)))
    return calls


def test_curve_detectors_run_where_their_files_can_be_had(ran, assets, tmp_path):
    default.main(["--out", str(tmp_path)])
    assert ran == [("curve_detectors", ["--out", str(tmp_path / "curve_detectors")])]


def test_without_them_the_shipped_weights_run_and_a_line_says_so(
    ran, monkeypatch, tmp_path, capsys
):
    def unreachable(name):
        raise zoo.AssetError(f"the assets {name!r} are not to be had")

    monkeypatch.setattr(zoo, "load", unreachable)
    default.main(["--out", str(tmp_path)])
    assert ran == [("modular_addition", ["--out", str(tmp_path / "modular_addition")])]
    told = capsys.readouterr().err
    assert "the assets 'inceptionv1' are not to be had" in told
    assert "running modular addition on the weights that ship with the project" in told
