import json

import numpy as np
import pairs_toy
import pytest

import aann
from evals.eis_vii_transformer import labels


@pytest.fixture(scope="module")
def found():
    """A program that gives the truth, and one that gives class 0, on all of few pairs."""
    pairs, model = pairs_toy.pairs(every=60), pairs_toy.network()
    told = {"right": np.asarray(pairs.labels, np.int32), "never": np.zeros(len(pairs), np.int32)}
    return pairs, [
        aann.label_agreement(model, x, pairs, name=name, progress=False) for name, x in told.items()
    ]


def test_shares_and_what_is_rescued(found):
    pairs, programs = found
    published = np.asarray(pairs.labels).copy()
    published[:3] = 1 - published[:3]
    heldout = pairs.names[10:60]
    table = {r.program: r for r in labels.rows("seed0", programs, published, heldout)}
    assert list(table) == ["right", "never", "network", "published"]
    right, never = table["right"], table["never"]
    assert (right.rescued, right.wrong) == (3, 3)
    assert table["published"].rescued == 0
    assert right.heldout["published"].estimate == 1  # none of those three is held out
    assert right.everywhere["published"] == pytest.approx(1 - 3 / len(pairs))
    share = 1 - np.asarray(pairs.labels)[10:60].mean()
    assert never.heldout["truth"].estimate == pytest.approx(share)
    assert never.heldout["truth"].low < share < never.heldout["truth"].high


def test_the_table_is_written_and_shown(found, tmp_path):
    pairs, programs = found
    table = labels.rows("seed0", programs, np.asarray(pairs.labels), pairs.names[:50])
    labels.save(table, tmp_path)
    plain = json.loads((tmp_path / "labels.json").read_text())
    assert plain["schema"] == 1
    assert set(plain["rows"][0]["heldout"]["truth"]) >= {"estimate", "low", "high"}
    for text in (labels.text(table), (tmp_path / "labels.md").read_text()):
        assert "right" in text
        assert "0 of 0" in text
    assert labels.grid(table).title == labels.TITLE
