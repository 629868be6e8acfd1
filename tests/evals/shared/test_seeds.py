import dataclasses
import json

import pytest

import evals.shared.training_log as log
from aann.report.data import Damage, Estimate, ReportRow
from aann.report.report import Report
from evals.shared import ladder_figures, seeds


def row(name, kind="program", estimate=0.9, **changes):
    recovered = {m: Estimate(estimate, estimate - 0.05, estimate + 0.05) for m in ("kl", "nll")}
    made = ReportRow(
        name=name, kind=kind, constants=3, bits=1234.5, flops=10.0, recovered=recovered,
        loss={"kl": 0.1, "nll": 0.2}, r2=[0.5, 0.7], correlation=[0.7, 0.9],
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


def report(rows):
    damage = {m: Damage(2.0, 1.9, 2.1) for m in ("kl", "nll")}
    return Report(
        eval="toy", claim="", command="", model="toy", site="h", units=[0, 1],
        data={"name": "d", "split": "heldout", "n": 20}, seed=0, versions={}, weights="",
        damage=damage, intact={"kl": 0.0, "nll": 0.1},
        natural={"constants": 9, "bits": 9e4, "flops": 1.0}, rows=rows, constants={},
    )  # fmt: skip


def table_row(found, network="seed0", notes=None):
    return seeds.Row.of(
        found, found.kind, "attention", network, "h: 0", report([found]), notes or {}
    )


def test_tables_keep_what_reports_say(tmp_path):
    lost = Estimate(None, None, None, identified=False)
    rows = [
        table_row(row("ours"), notes={"ours": "2 wrong"}),
        table_row(row("wrong", "control", correlation=[None, 0.9]), network="seed1"),
        table_row(row("silent", recovered={"kl": lost, "nll": lost}, constants=None, bits=None)),
    ]
    seeds.save(rows, tmp_path)
    plain = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    assert plain[0]["recovered"]["kl"] == {
        "estimate": 0.9, "low": 0.85, "high": pytest.approx(0.95), "identified": True
    }  # fmt: skip
    assert [r["correlation"] for r in plain] == [pytest.approx(0.8), None, pytest.approx(0.8)]
    assert plain[0]["r2"] == pytest.approx(0.6)
    page = (tmp_path / "seeds.md").read_text()
    assert "| seed0 | h: 0 | ours | program | 0.900 [0.850, 0.950] |" in page
    assert "| not identified | not identified | 0.1 | 2.00 | 0.80 | - | - |  |" in page
    text = seeds.text(rows)
    assert "2 wrong" in text
    assert text.index("attention") < text.index("network")


def test_a_column_without_content_is_left_out():
    assert "note" not in seeds.text([table_row(row("ours"))])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9, "0.900"),
        (-2.5, "-2.500"),
        (0.99951, "0.9995"),
        (1.00002, "1.00002"),
        (1.0, "1.000000"),
    ],
)
def test_digits_show_what_is_left(value, text):
    assert seeds._digits(value) == text


def test_figures_are_cut_where_rows_are_far_below():
    rows = [row("zero", "ablation", 0.0), row("ours"), row("wild", "control", -40.0)]
    drawn = ladder_figures.figures(report(rows))
    (bars,) = drawn["recovered"].axes
    assert bars.get_xlim() == (-1.0, pytest.approx(1.05))
    assert "wild" in [t.get_text() for t in bars.get_yticklabels()]
    assert "cut at -1" in bars.get_xlabel()
    (plane,) = drawn["recovered_against_bits"].axes
    assert "1 rows below -1 are left out" in plane.get_xlabel()
    assert plane.get_ylim()[0] > -2
    (bars,) = ladder_figures.figures(report(rows[:2]))["recovered"].axes
    assert "cut" not in bars.get_xlabel()


def test_logs_of_training(monkeypatch, tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    monkeypatch.setattr(log.zoo, "__file__", str(tmp_path / "__init__.py"))
    assert log.figures("toy", ["seed0"]) == {}
    course = {"step": [0, 10, 20], "loss": [0.5, 0.1], "test_loss": [2.0, 1.0, 0.3]}
    (weights / "toy_seed0.json").write_text(json.dumps({"course": course}))
    curves = log.curves("toy", "seed0")
    assert curves["train"][1:].tolist() == [0.5, 0.1]
    assert str(curves["train"][0]) == "nan"
    figure = log.figures("toy", ["seed0", "seed1"])["training"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["seed0"]
    (weights / "toy_seed1.json").write_text("{}")
    with pytest.raises(ValueError, match=r"toy_seed1.json has no course of step, loss, test_loss"):
        log.curves("toy", "seed1")
