import json

import pytest
from seed_rows import report, row

from aann.report.estimate import Estimate
from evals.shared import seeds


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
