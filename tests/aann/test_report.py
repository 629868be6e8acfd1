import dataclasses
import json

import numpy as np
import pytest

from aann.report import Damage, Estimate, Report, ReportRow

UNKNOWN = Estimate(None, None, None, identified=False)


def row(name="ours", kl=UNKNOWN, **more):
    chosen = {"constants": 12, "bits": 3456.5, "flops": 1e9} | more
    return ReportRow(
        name=name, kind="program", recovered={"kl": kl}, loss={"kl": 0.5},
        r2=[0.5, 0.25], correlation=[0.75, None], **chosen,
    )  # fmt: skip


def report(*rows):
    return Report(
        eval="toy", claim="It claims | this.", command="python -m evals.toy", model="net", site="s",
        units=[3, 5], data={"name": "set", "split": "heldout", "n": 20, "hash": "0"}, seed=1,
        versions={"jax": "0"}, weights="ff", damage={"kl": Damage(0.1, 0.05, 0.2)},
        intact={"kl": 0.0}, natural={"constants": 50_000, "bits": 1.6e6, "flops": 2e9}, rows=rows,
        constants={"gain": {"value": [1.5, 2], "origin": "fitted", "note": "on design"}},
        arrays={"losses/kl": np.zeros((2, 20))},
    )  # fmt: skip


def test_the_table_shows_intervals_and_what_is_not_identified():
    text = str(report(row(kl=Estimate(-0.5, -1.25, 0.125)), row("vague", constants=None)))
    assert "-0.50 [-1.25, 0.12]" in text
    vague = next(line for line in text.splitlines() if line.startswith("vague"))
    assert "not identified" in vague
    assert vague.split()[-3] == "-"
    assert "3,456" in text
    assert "n = 20" in text
    widths = {len(line) for line in text.splitlines() if set(line) == {"-"}}
    assert len(widths) == 1


def test_a_mean_over_units_needs_all_of_them():
    assert row().mean_correlation is None
    assert dataclasses.replace(row(), correlation=[0.5, 0.25]).mean_correlation == 0.375


def test_everything_is_written_and_the_json_is_strict(tmp_path):
    original = report(row())
    original.save(tmp_path / "deep" / "er", figures=["bars_of_kl.png"])
    folder = tmp_path / "deep" / "er"
    plain = json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)
    assert plain["rows"][0]["recovered"]["kl"] == {
        "estimate": None, "low": None, "high": None, "identified": False,
    }  # fmt: skip
    assert plain["damage"]["kl"] == {"mean": 0.1, "low": 0.05, "high": 0.2}
    page = (folder / "report.md").read_text()
    assert "![bars of kl](bars_of_kl.png)" in page
    assert "| gain | 1.5 2 | fitted | on design |" in page
    with np.load(folder / "report.npz") as arrays:
        assert arrays["losses/kl"].shape == (2, 20)


def test_an_unknown_row_names_the_rows():
    with pytest.raises(KeyError, match="no row 'theirs'; rows are ours"):
        report(row()).row("theirs")


def test_arrays_can_be_added_without_changing_the_original():
    original = report(row())
    more = original.with_arrays(maps=np.ones(3))
    assert set(more.arrays) == {"losses/kl", "maps"}
    assert set(original.arrays) == {"losses/kl"}
