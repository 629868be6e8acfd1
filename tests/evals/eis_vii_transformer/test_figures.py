import numpy as np
import pairs_toy
from seed_rows import report, row

import aann
from circuits.eis_vii_transformer.evidence import look
from circuits.eis_vii_transformer.thresholds import Tables
from evals.eis_vii_transformer import figures


def test_tables_and_sums_are_kept_and_drawn():
    design, _ = aann.split(pairs_toy.pairs(every=12))
    seen = look(pairs_toy.network(), design)
    tables = Tables(pairs_toy.FIRST, pairs_toy.SECOND)
    found = figures.arrays(seen, tables)
    np.testing.assert_array_equal((found["sums"] > 0).all(0), found["sums_label"] == 1)
    drawn = figures.figures(found)
    assert set(drawn) == {"look_ups", "sums"}
    left, right = drawn["look_ups"].axes
    assert [axes.get_xlabel() for axes in (left, right)] == ["A", "B"]
    (axes,) = drawn["sums"].axes
    assert axes.get_xlabel() == "first sum (nats)"


def test_planes_of_all_pairs():
    pairs, model = pairs_toy.pairs(every=1), pairs_toy.network()
    told = np.asarray(pairs.labels, np.int32)
    found = [
        aann.label_agreement(model, told, pairs, name=name, progress=False)
        for name in ("main", "another one")
    ]
    drawn = figures.planes(found)
    assert list(drawn) == ["labels", "labels_another_one"]
    assert len(drawn["labels"].axes) == 4


def test_the_trade_has_programs_only_most_bits_on_top():
    made = report([row("zero", "ablation", 0.0), row("a"), row("wrong", "control")])
    (axes,) = figures.trade(made)["trade"].axes
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert len(names) == 1
    assert names[0].startswith("a: ")
    assert names[0].endswith(" bits")
