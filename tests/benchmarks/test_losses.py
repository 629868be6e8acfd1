import json

import pytest
import report_files

from benchmarks import losses


def test_examples_of_a_report_are_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(losses, "FILE", tmp_path / "losses.json")
    monkeypatch.setattr(losses, "EXAMPLES", 20)
    monkeypatch.setattr(losses, "ROWS", {"induction": ("ours", "wrong")})
    report = report_files.report(60)
    report.save(tmp_path / "induction")
    losses.main([str(tmp_path / "induction")])
    damage, ours, wrong = json.loads(losses.FILE.read_text())["induction"]
    assert len(damage) == len(wrong) == 20
    assert ours == sorted(ours)


def test_other_reports_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        losses.main([str(tmp_path / "elsewhere")])
    assert "no report of curve_detectors, induction" in capsys.readouterr().err
