import dataclasses
import json

import numpy as np
import pytest
from scrubs import N, claim, examples, identity, scrubbed
from toys import batch as toy_batch
from toys import mlp_model

import aann
from aann.scrubbing.equivalence import Anything, Within
from aann.shown.brief import COLUMNS, ROWS


@pytest.fixture(scope="module")
def found():
    return scrubbed(
        claim(), claim(identity, {"a": "h"}, name="fine"), claim(same=Anything(), name="any"),
    )  # fmt: skip


def test_a_row_says_what_was_claimed(found):
    row = found.row("it")
    assert row.where == {"a": "h", "b": "z", "c": "m"}
    assert row.same == dict.fromkeys("abc", "same")
    assert row.rest == "resample"
    assert row.loss["scrubbed"]["kl"] == pytest.approx(found.losses["it"]["kl"].mean(), rel=1e-6)
    assert row.kept.estimate == pytest.approx(1 - found.losses["it"]["agreement"].mean(), rel=1e-6)
    for metric, estimate in row.recovered.items():
        if estimate.identified:
            intact, zero, here = (row.loss[w][metric] for w in ("intact", "zero", "scrubbed"))
            assert estimate.estimate == pytest.approx(
                1 - (here - intact) / (zero - intact), rel=1e-4
            )
    values, counts = np.unique(found.values["it"]["c"], return_counts=True)
    assert row.stand_ins["c"].mean == pytest.approx((counts**2).sum() / N)
    assert row.stand_ins["c"].alone == counts[counts == 1].sum() / N
    assert len(values) > 1
    with pytest.raises(KeyError, match="no row 'nope'; there are it, fine, any"):
        found.row("nope")


def test_intervals_over_scrubs_alone(found):
    row = found.row("it")
    each = [
        1
        - (x.mean() - row.loss["intact"]["kl"])
        / (row.loss["zero"]["kl"] - row.loss["intact"]["kl"])
        for x in found.losses["it"]["kl"]
    ]
    over = row.over_scrubs["kl"]
    assert over.estimate == pytest.approx(np.mean(each), rel=1e-4)
    half = 3.182446 * np.std(each, ddof=1) / 2  # Student's t of three degrees, four scrubs
    assert over.high - over.low == pytest.approx(2 * half, rel=1e-3)
    once = scrubbed(claim(), scrubs=1)
    assert not once.row("it").over_scrubs["kl"].identified
    assert once.table()[1][3] == "-"


def test_it_is_plain_data(found, tmp_path):
    found.save(tmp_path)
    text = (tmp_path / "scrub.json").read_text()

    def refuse(word):
        raise AssertionError(word)

    saved = json.loads(text, parse_constant=refuse)
    assert saved == json.loads(json.dumps(found.to_json()))
    assert saved["schema"] == 1
    assert saved["data"] == {"name": "toy", "split": "all", "n": N, "hash": examples().hash}
    assert [row["name"] for row in saved["rows"]] == ["it", "fine", "any"]
    assert (tmp_path / "scrub.md").read_text().count("\n") == 5
    with pytest.raises(OSError, match="nowhere"):
        found.save(tmp_path / "nowhere")


def test_what_is_not_identified_is_null_in_json():
    none = scrubbed(claim(identity, {"a": "input"}, rest="keep"), scrubs=1)
    json.dumps(none.to_json(), allow_nan=False)
    assert none.row("it").loss["scrubbed"]["kl"] == 0


def test_the_table_fits_a_screen(found):
    lines = repr(found).split("\n")
    assert len(lines) <= ROWS
    assert max(map(len, lines)) <= COLUMNS
    assert "scrubs of toy: 24 examples (all), 4 a time, seed 0" in str(found)
    header, *rows = found.table()
    assert {len(row) for row in [header, *rows]} == {8}
    assert rows[1][5:7] == ["1.0", "0%"]
    assert rows[1][7] == "not identified"
    assert found.table("nll")[0][1] == "nll recovered"
    assert found.to_markdown().splitlines()[2].startswith("| it |")
    assert "<script" not in found._repr_html_()


@pytest.mark.usefixtures("unchecked")
def test_what_changed_nothing_is_called_untested():
    """Values that no two examples share."""

    def program(x):
        return aann.value("s", x.sum(-1))

    data = aann.from_arrays("batch", np.asarray(toy_batch(20)))
    claim = aann.Hypothesis(program, {"s": "h"}, rest="keep")
    found = aann.scrub(
        mlp_model(), claim, data, scrubs=np.int64(1), seed=np.int64(0), draws=200, progress=False
    )
    assert found.rows[0].untested
    assert found.table()[1][1:5] == ["not tested", "not tested", "-", "not tested"]
    assert "program: no two examples agree; a wider equivalence" in str(found)
    json.dumps(found.to_json())
    wide = dataclasses.replace(claim, same={"s": Within(2.0)})
    other = aann.scrub(mlp_model(), wide, data, scrubs=1, draws=200, progress=False)
    assert not other.rows[0].untested
    assert set(other.bases["program"]) == {"", "s"}
    np.testing.assert_array_equal(other.bases["program"][""], np.arange(20)[None])
