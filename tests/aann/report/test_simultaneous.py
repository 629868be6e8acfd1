"""Several programs in one report: their intervals together, and the note on choosing."""

import numpy as np
from report_made import report, row

from aann.report.estimate import Estimate
from aann.report.report import Report
from aann.report.simultaneous import note, of_programs
from aann.statistics.bootstrap import recovered

TOGETHER = {"a": {"kl": Estimate(0.5, 0.25, 0.75)}, "b": {"kl": Estimate(None, None, None, False)}}


def test_programs_alone_are_taken_together():
    rng = np.random.default_rng(0)
    hurt = rng.gamma(2.0, size=60)
    left = hurt * np.asarray([[1.0], [0.2], [0.3]]) + 0.1 * rng.normal(size=(3, 60))
    found = {"kl": recovered(np.zeros(60), left, hurt)}
    assert of_programs("zab", ["ablation", "program", "control"], found) == {}
    several = of_programs("zab", ["ablation", "program", "program"], found)
    assert list(several) == ["a", "b"]
    alone = found["kl"].ratio
    assert several["a"]["kl"].low <= alone.low[1]
    assert several["b"]["kl"].high >= alone.high[2]


def test_many_programs_are_told_what_choosing_costs():
    assert note(3) == []
    assert "4 programs are compared" in note(4)[0]


def test_a_report_shows_and_keeps_them(tmp_path):
    plain = report(row("a"), row("b"))
    assert "at once" not in str(plain) + plain.markdown() + plain.html()
    arrays = {"losses/kl": np.repeat([[0.5], [0.5], [0.0]], 20, axis=1)}
    found = Report(**{**vars(plain), "simultaneous": TOGETHER, "arrays": arrays})
    for text in (str(found), found.markdown(), found.html()):
        assert "2 programs at once" in text
        assert "0.500 [0.250, 0.750]" in text
    found.save(tmp_path / "r")
    assert Report.load(tmp_path / "r").simultaneous == TOGETHER
