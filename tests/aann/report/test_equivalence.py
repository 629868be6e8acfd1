"""Serves ``tested`` too."""

import dataclasses
import json

import numpy as np
import pytest
from report_made import report, row

from aann.report.estimate import Damage
from aann.report.report import Report
from aann.report.tested import EquivalenceTest

RNG = np.random.default_rng(0)


def noise(n):
    """Of mean 0 and variance 1."""
    x = RNG.normal(size=n)
    return (x - x.mean()) / x.std()


def losses(gap, n=200, spread=0.2):
    """Zero-ablation, a program and the intact model."""
    intact = RNG.gamma(2.0, size=n)
    return np.stack([intact + 1.0 + 0.1 * noise(n), intact + gap + spread * noise(n), intact])


def made(gap=0.02, **more):
    zero, ours, intact = found = losses(gap, **more).astype(np.float32)
    known = report(
        *(
            dataclasses.replace(row(name, kind=kind), loss={"kl": float(loss.mean())})
            for name, kind, loss in (("zero", "ablation", zero), ("ours", "program", ours))
        )
    )
    return dataclasses.replace(
        known, data={**known.data, "n": found.shape[1]}, intact={"kl": float(intact.mean())},
        arrays={"losses/kl": found},
    )  # fmt: skip


def verdict(found):
    return str(found.tests[0])


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(0.0, "equivalent"), (-0.5, "non-inferior"), (0.4, "worse"), (0.1, "undecided")],
)
def test_verdicts(gap, expected):
    assert made(gap).equivalence().tests[0].verdict == expected


def test_undecided_says_how_many_examples_would_decide():
    """Not that nothing was found, however few there are."""
    found = made(0.05, n=20, spread=0.5).equivalence()
    assert "undecided: n = " in verdict(found)
    assert "would decide with 80% power" in verdict(found)
    assert found.tests[0].simulated
    quick = made(0.05, n=20, spread=0.5).equivalence(simulate=False)
    assert not quick.tests[0].simulated
    assert quick.tests[0].needed > 20
    above = made(0.11, n=20, spread=0.5).equivalence()
    assert verdict(above) == "undecided: the gap seen is above the margin"


def test_so_many_examples_do_decide():
    needed = made(0.05, n=100, spread=0.5).equivalence().tests[0].needed
    decided = [
        made(0.05, n=2 * needed, spread=0.5).equivalence(draws=500, simulate=False).tests[0].verdict
        for _ in range(10)
    ]
    assert sum(x in ("equivalent", "non-inferior") for x in decided) >= 6


def test_margins_are_shares_of_the_damage_or_losses():
    found = made(0.05)
    share, nats = (found.equivalence(0.2, unit=unit).tests[0] for unit in ("damage", "loss"))
    assert share.allowed == pytest.approx(0.2, rel=0.05)
    assert nats.allowed == pytest.approx(0.2)
    assert (share.unit, nats.unit) == ("damage", "loss")


def test_a_row_that_is_the_original_is_equivalent_at_any_margin():
    found = made()
    same = found.arrays["losses/kl"].copy()
    same[1] = same[2]
    found = found.with_arrays(**{"losses/kl": same})
    assert verdict(found.equivalence(1e-9)) == "equivalent"
    assert verdict(found.equivalence(1e-9, unit="loss")) == "equivalent"


def test_rows_are_tested_against_each_other():
    found = made(0.02).equivalence(row="ours", against="zero")
    assert found.tests[0].verdict == "non-inferior"
    assert "at least as good as zero?" in str(found)


def test_groups_are_resampled_together_and_have_no_sizes():
    """Forty examples of ten groups that are all alike know as much as ten."""
    alone = made(0.05, n=10, spread=0.5)
    found = np.repeat(alone.arrays["losses/kl"], 4, axis=1)
    groups = np.repeat([str(i) for i in range(10)], 4)
    grouped = alone.with_arrays(**{"losses/kl": found, "examples/groups": groups})
    a, b = (x.equivalence(draws=4000).tests[0] for x in (alone, grouped))
    assert b.high - b.low == pytest.approx(a.high - a.low, rel=0.1)
    assert (b.needed, b.needed_equivalent) == (None, None)
    assert str(b) == "undecided"
    assert b.gap < b.allowed


def test_it_reads_what_was_saved(tmp_path):
    first = made(0.0)
    first.save(tmp_path, figures=False)
    again = Report.load(tmp_path)
    assert again.equivalence().to_json() == first.equivalence().to_json()


def test_tests_of_a_report_are_saved_and_shown(tmp_path):
    found = made()
    found = dataclasses.replace(found, equivalence_tests=found.equivalence().tests)
    found.save(tmp_path, figures=False)
    again = Report.load(tmp_path)
    assert again.equivalence_tests == found.equivalence_tests
    for text in (str(again), again.markdown(), again.html()):
        assert "Is ours at least as good as the intact model?" in text
        assert "equivalent" in text
    old = json.loads(found.to_json())
    del old["equivalence_tests"]
    (tmp_path / "report.json").write_text(json.dumps(old))
    assert Report.load(tmp_path).equivalence_tests == ()


def test_a_result_is_shown_everywhere():
    found = made().equivalence()
    plain = json.loads(found.to_json(), parse_constant=pytest.fail)
    assert plain["tests"][0]["verdict"] == "equivalent"
    assert "| kl |" in found.markdown()
    assert "equivalent" in repr(found)
    assert "<table>" in found._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"row": "none", "against": "nobody"}, "no row 'none'.*\n.*no row 'nobody'"),
        ({"row": "zero", "against": "zero"}, "and itself"),
        ({"metrics": ["top7"]}, "no losses of metric 'top7'; there are kl"),
        ({"margin": 0.0, "unit": "share"}, "above 0, got 0.0\nunit is 'damage' or 'loss'"),
        ({"margin": float("nan")}, "above 0, got nan"),
        ({"margin": float("inf")}, "above 0, got inf"),
        ({"margin": "10%", "power": None}, "above 0, got '10%'\npower lies .* got None"),
        ({"confidence": 0.5, "power": 1.0}, "0.5 and 1, got 0.5\npower lies between 0 and 1"),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once(arguments, message, unchecked):
    with pytest.raises(ValueError, match=message):
        made().equivalence(**arguments)


def test_a_report_needs_a_program_and_losses():
    bare = dataclasses.replace(report(row("zero", kind="ablation")), arrays={})
    with pytest.raises(ValueError, match="has no program.*\n.*no per-example losses"):
        bare.equivalence()


def test_every_loss_is_tested():
    found = made()
    two = dataclasses.replace(
        found, damage={**found.damage, "top1": Damage(0.1, 0.05, 0.2)},
        intact={"kl": 0.0, "top1": 0.1},
        rows=[dataclasses.replace(r, recovered={**r.recovered, "top1": r.recovered["kl"]})
              for r in found.rows],
    ).with_arrays(**{"losses/top1": losses(0.4)})  # fmt: skip
    assert [t.verdict for t in two.equivalence().tests] == ["equivalent", "worse"]
    for chosen in (["top1"], "top1"):
        assert [t.metric for t in two.equivalence(metrics=chosen).tests] == ["top1"]


def test_a_verdict_without_doubt_is_one_word():
    known = EquivalenceTest("a", "intact", "kl", 0.1, 0.0, 0.2, 0.1, "loss", 0.1, 0.95, 0.8,
                            "worse", None, None)  # fmt: skip
    assert str(known) == "worse"


def test_a_share_of_no_damage_is_no_margin():
    found = made(-0.9)
    zero, ours, intact = found.arrays["losses/kl"]
    helps = found.with_arrays(**{"losses/kl": np.stack([2 * intact - zero, ours, intact])})
    helped = helps.equivalence(2.0)
    assert verdict(helped) == (
        "undecided: zeroing does no damage here, of which a share is no margin"
    )
