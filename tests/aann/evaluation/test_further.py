"""Runs beyond the ladder: mixing, halves, and units alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import UNITS, data, replacement, truth
from toys import mlp_model

import aann
from aann.bench import ablation
from aann.bench.ablation import View
from aann.evaluation.asked import asked
from aann.evaluation.further import further
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting


def wrong(h, c):
    """The units with errors that have nothing to do with each other."""
    return truth(h, c) * jnp.asarray([[0.8, 1.3, 1.1]])


PROGRAM = replacement(wrong)


@pytest.fixture(scope="module")
def halves():
    return aann.split(data())


def evaluate(halves, program=PROGRAM, **more):
    design, heldout = halves
    return aann.evaluate(
        mlp_model(), program, heldout, design=design, rows=["best constant"], draws=500, **more
    )


@pytest.fixture(scope="module")
def report(halves):
    return evaluate(halves, mixing=(0.5, 0.25), subsets=9, alone=True)


def losses(halves, units, values):
    """KL by splicing ``values`` of h in place of ``units``."""
    x = jnp.asarray(halves[1].load(range(len(halves[1]))))
    intact = mlp_model()(x)
    made = aann.make(lambda h, c: values(h), model="toy", site="m", units=units, reads=("h",))
    p, q = jax.nn.log_softmax(intact), jax.nn.log_softmax(aann.splice(mlp_model(), made)(x))
    return np.asarray((jnp.exp(p) * (p - q)).sum(-1), np.float64)


def test_the_ends_of_the_line_are_exact_and_shares_in_order(report):
    assert list(report.mixing) == ["0", "0.25", "0.5", "1"]
    intact = report.mixing["0"]["kl"]
    assert (intact.estimate, intact.low, intact.high) == (1, 1, 1)
    assert report.mixing["1"] == report.main.recovered


def test_a_share_of_the_program_is_what_splicing_the_mixture_gives(report, halves):
    c = PROGRAM.values
    mixture = lambda h: (truth(h, c) + wrong(h, c)) / 2  # noqa: E731
    lost = losses(halves, UNITS, mixture).mean()
    zeroed = losses(halves, UNITS, lambda h: jnp.zeros((len(h), 3))).mean()
    assert report.mixing["0.5"]["kl"].estimate == pytest.approx(1 - lost / zeroed, abs=1e-4)


@pytest.mark.parametrize("share", [0, 1])
def test_the_rung_is_exact_at_both_ends(share):
    rng = np.random.default_rng(0)
    natural, output = (jnp.asarray(rng.normal(size=(4, 3)), jnp.float32) for _ in range(2))
    mixed = ablation.mixed(
        jnp.asarray(share, jnp.float32), View(natural, (), jnp.arange(4), output)
    )
    assert (mixed == (output if share else natural)).all()


def test_halves_are_measured_with_their_complements_and_each_unit_alone(report):
    kinds = [(s.kind, tuple(s.units)) for s in report.subsets]
    assert kinds[6:] == [("alone", (0,)), ("alone", (1,)), ("alone", (2,))]
    assert {units for _, units in kinds[:6]} == {(0,), (1, 2), (1,), (0, 2), (2,), (0, 1)}
    note = "9 splits into halves were asked for: 3 units have 3, all of which were measured"
    assert note in report.notes


def test_a_subset_is_what_splicing_its_units_gives(report, halves):
    subset = next(s for s in report.subsets if tuple(s.units) == (0, 2))
    units = tuple(UNITS[i] for i in subset.units)
    mine = losses(halves, units, lambda h: wrong(h, PROGRAM.values)[:, [0, 2]])
    zeroed = losses(halves, units, lambda h: jnp.zeros((len(h), 2)))
    expected = recovered(np.zeros_like(mine), mine, zeroed, Setting(draws=500))
    assert subset.damage["kl"].mean == pytest.approx(zeroed.mean(), rel=1e-3)
    found = subset.recovered["kl"]
    assert found.estimate == pytest.approx(float(expected.ratio.estimate), abs=1e-4)
    assert found.low == pytest.approx(float(expected.ratio.low), abs=1e-3)


def test_whether_it_adds_up_is_the_gap_of_all_over_the_sum_of_the_parts(report, halves):
    c = PROGRAM.values
    whole = losses(halves, UNITS, lambda h: wrong(h, c)).mean()
    alone = [losses(halves, (u,), lambda h, i=i: wrong(h, c)[:, [i]]) for i, u in enumerate(UNITS)]
    found = report.adds_up["alone"]["kl"]
    assert found.estimate == pytest.approx(whole / sum(x.mean() for x in alone), rel=1e-2)
    assert found.low < found.estimate < found.high
    assert set(report.adds_up) == {"halves", "alone"}


def test_a_subset_of_all_units_is_the_program(halves):
    one = replacement(lambda h, c: truth(h, c)[:, :1] * 0.8)
    single = aann.make(
        one.program, model="toy", site="m", units=UNITS[:1], reads=("h",),
        constants={"gain": 1.0, "offset": 0.0}, name="one",
    )  # fmt: skip
    report = evaluate(halves, single, subsets=2, alone=True)
    (alone,) = report.subsets
    for metric, of_all in report.main.recovered.items():
        one = alone.recovered[metric]
        ends = [(x.estimate, x.low, x.high) for x in (one, of_all)]
        assert one.identified == of_all.identified
        assert not one.identified or ends[0] == pytest.approx(ends[1])
        assert alone.damage[metric].mean == pytest.approx(report.damage[metric].mean)
    assert report.adds_up["alone"]["kl"].estimate == pytest.approx(1)
    assert "no halves of the units were measured: one unit has none" in report.notes


def test_units_of_several_programs_count_on(halves):
    above = aann.make(
        lambda x, c: x[:, :2], model="toy", site="h", units=(0, 3), reads=("input",), name="above"
    )
    runs = further([above, PROGRAM], asked((), 0, True), 0)
    masks = [[np.flatnonzero(part.state).tolist() for part in row.parts] for row in runs.rows[::2]]
    assert masks == [[[0], []], [[1], []], [[], [0]], [[], [1]], [[], [2]]]
    report = evaluate(halves, [above, PROGRAM], mixing=[0.5], subsets=1)
    assert [len(s.units) for s in report.subsets] == [2, 3]


def test_batches_change_nothing(report, halves):
    again = evaluate(halves, mixing=(0.25, 0.5), subsets=9, alone=True, batch_size=7)
    for mine, theirs in zip(report.subsets, again.subsets, strict=True):
        assert mine.units == theirs.units
        for metric, found in mine.recovered.items():
            assert found.estimate == pytest.approx(theirs.recovered[metric].estimate, abs=1e-4)


def test_what_is_above_the_best_constant_is_the_paired_difference(report):
    mine, best = (report.row(name).recovered["kl"] for name in ("ours", "best constant"))
    found = report.above_constant["kl"]
    assert found.estimate == pytest.approx(mine.estimate - best.estimate)
    draws = report.arrays["draws/kl"]
    names = [row.name for row in report.rows]
    paired = draws[names.index("ours")] - draws[names.index("best constant")]
    assert found.low == pytest.approx(np.quantile(paired, 0.025), abs=0.05)


def test_nothing_is_asked_by_default(halves):
    report = evaluate(halves)
    assert (report.mixing, report.subsets, report.adds_up) == ({}, (), {})
    with pytest.raises(ValueError, match="shares of mixing lie between 0 and 1"):
        evaluate(halves, mixing=[2.0])
