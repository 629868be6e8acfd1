"""The whole path of an evaluation.

Serves ``agreement``, ``assemble``, ``design_sums``, ``fit``, ``fitted``, ``ladder``,
``linear_sums``, ``linear_tokens``, ``measure`` and ``rounding`` too.
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import UNITS, data, replacement, truth
from toys import WIDTH, mlp_model

import aann
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation.donors import donor_of
from aann.evaluation.fit import fit
from aann.evaluation.measure import measure
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting


def evaluate(program=None, **more):
    design, heldout = aann.split(data())
    return aann.evaluate(mlp_model(), program or replacement(), heldout, design=design, **more)


@pytest.fixture(scope="module")
def report():
    weak = replacement().with_constants("weak", gain=0.5)
    return evaluate(programs=[weak], controls=[weak.with_constants("inverted", gain=-1)], seed=3)


def test_the_ladder_is_complete_and_in_order(report):
    assert [(r.name, r.kind) for r in report.rows] == [
        ("zero", "ablation"),
        ("mean", "ablation"),
        ("position mean", "ablation"),
        ("best constant", "fit"),
        ("resample", "ablation"),
        ("linear", "fit"),
        ("weak", "program"),
        ("ours", "program"),
        ("ours, recalibrated", "fit"),
        ("program of another example", "control"),
        ("units permuted", "control"),
        ("inverted", "control"),
    ]


def test_zero_recovers_exactly_nothing_and_the_truth_everything(report):
    for metric in ("kl", "nll"):
        zero = report.row("zero").recovered[metric]
        assert (zero.estimate, zero.low, zero.high) == (0.0, 0.0, 0.0)
        assert report.row("ours").recovered[metric].estimate == pytest.approx(1, abs=1e-4)
    assert report.row("ours").r2 == pytest.approx([1] * 3)
    assert report.row("inverted").recovered["kl"].estimate < 0, "never clipped"
    assert report.row("inverted").correlation == pytest.approx([-1] * 3)
    assert report.row("zero").correlation == [None] * 3


def bench_and_halves(batch_size=16, reads=("h",)):
    bench = workbench(mlp_model(), replacement(reads=reads), batch_size)
    return bench, *aann.split(data())


def test_natural_values_recover_exactly_one():
    bench, _, heldout = bench_and_halves()
    rows = [Row("zero", "ablation", ablation.zero), Row("same", "program", ablation.intact)]
    losses = measure(bench, rows, heldout).losses["nll"]
    ratio = recovered(losses[-1], losses[:-1], losses[0], Setting(draws=500)).ratio
    assert ratio.estimate.tolist() == [0, 1]
    assert (ratio.low[1], ratio.high[1]) == (1, 1)


def test_every_row_equals_splicing_its_values_into_the_whole_model():
    bench, design, heldout = bench_and_halves()
    fitted = fit(bench, design, seed=2)[0]
    natural = aann.capture(mlp_model(), ["m", "h"])
    x = jnp.asarray(heldout.load(range(len(heldout))))
    by_hand = np.asarray(natural(jnp.asarray(design.load(range(len(design)))))[1]["m"])[:, UNITS]
    np.testing.assert_allclose(fitted.mean, by_hand.mean(0), rtol=1e-5)
    order = donor_of(heldout.names, 2) % len(fitted.donors)
    expected = {
        "zero": np.zeros((len(x), 3), np.float32),
        "mean": np.broadcast_to(by_hand.mean(0), (len(x), 3)),
        "resample": np.asarray(fitted.donors)[order],
    }
    rows = [
        Row("zero", "ablation", ablation.zero),
        Row("mean", "ablation", ablation.constant, fitted.mean),
        Row("resample", "ablation", ablation.resample, fitted.donors),
    ]
    losses = measure(bench, rows, heldout, seed=2).losses["nll"]
    for row, loss in zip(rows, losses, strict=False):
        values = jnp.asarray(expected[row.name])
        copy = aann.make(lambda x, c, v=values: v, model="toy", site="m", units=UNITS)
        logits = aann.splice(mlp_model(), copy)(x)
        by_splicing = -jax.nn.log_softmax(logits)[jnp.arange(len(x)), jnp.asarray(heldout.labels)]
        np.testing.assert_allclose(loss, by_splicing, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_batching_and_order_change_no_example(batch_size):
    reference, design, heldout = bench_and_halves(16)
    rows = [Row("ours", "program", ablation.program, program=reference.replacements[0])]
    resampled = Row("resample", "ablation", ablation.resample, fit(reference, design)[0].donors)
    expected = measure(reference, [*rows, resampled], heldout)
    shuffled = np.random.default_rng(0).permutation(len(heldout))
    bench, _, _ = bench_and_halves(batch_size)
    found = measure(bench, [*rows, resampled], heldout.take(shuffled.tolist()))
    for metric, losses in expected.losses.items():
        np.testing.assert_allclose(found.losses[metric], losses[:, shuffled], atol=2e-6)
    np.testing.assert_allclose(found.r2, expected.r2, rtol=1e-4, atol=1e-5)


def test_the_same_seed_gives_the_same_report(report):
    weak = replacement().with_constants("weak", gain=0.5)
    again = evaluate(programs=[weak], controls=[weak.with_constants("inverted", gain=-1)], seed=3)
    assert again.to_json() == report.to_json()
    other = evaluate(seed=4)
    assert other.row("resample").loss != report.row("resample").loss


def test_recalibration_undoes_an_affine_error():
    wrong = replacement(gain=0.3, offset=0.7)
    report = evaluate(wrong)
    assert report.row("ours").recovered["kl"].estimate < 0.9
    assert report.row("ours, recalibrated").recovered["kl"].estimate == pytest.approx(1, abs=1e-3)


def test_a_linear_prediction_is_exact_where_the_units_are_linear():
    def apply(p, x):
        return jnp.tanh(aann.site("s", x @ p)) @ p

    weights = jax.random.normal(jax.random.key(0), (WIDTH, WIDTH))
    model = aann.Model(apply, weights, "linear", jax.ShapeDtypeStruct((WIDTH,), jnp.float32))
    design, heldout = aann.split(data())
    nothing = aann.make(lambda x, c: x[:, :3] * 0, model="", site="s", units=UNITS, name="nothing")
    report = aann.evaluate(model, nothing, heldout, design=design)
    assert report.row("linear").recovered["kl"].estimate == pytest.approx(1, abs=2e-3)
    assert report.row("linear").constants == (WIDTH + 1) * 3
    assert report.row("nothing").recovered["kl"].estimate == pytest.approx(0, abs=1e-6)


def test_fitting_never_loads_held_out_examples(unchecked):
    design, heldout = aann.split(data())
    bench, _, _ = bench_and_halves()
    fit(bench, design)
    for wrong in (heldout, data()):
        with pytest.raises(TypeError, match="fits take design examples only"):
            fit(bench, wrong)
    for wrong in (design, data()):
        with pytest.raises(TypeError, match="reported on held-out examples only"):
            measure(bench, [], wrong)


def test_mix_ups_of_the_halves_are_refused(unchecked):
    design, heldout = aann.split(data())
    model, ours = mlp_model(), replacement()
    with pytest.raises(
        TypeError, match=r"reports on held-out examples, got Design: use the second"
    ):
        aann.evaluate(model, ours, design, design=design)
    with pytest.raises(TypeError, match="fitted on design examples, got HeldOut"):
        aann.evaluate(model, ours, heldout, design=heldout)
    with pytest.raises(ValueError, match="comes without design examples"):
        aann.evaluate(model, ours, aann.held_out(data()))
    with pytest.raises(ValueError, match="60 examples are in the design half and held out at once"):
        aann.evaluate(model, ours, aann.held_out(data(), design))


def test_values_that_are_not_finite_name_unit_example_and_position():
    def nan_where_large(h, c):
        return jnp.where(h[:, :3] > 0.99, jnp.nan, h[:, :3])

    with pytest.raises(ValueError, match=r"gives nan at site 'm': unit [413], example '\d+'"):
        evaluate(replacement(nan_where_large))


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"site": "mm"}, "no site 'mm' in this model: did you mean 'm'"),
        ({"units": (1, 2, 77)}, r"has units 0 to 5, got \[77\]"),
        ({"reads": ("logits",)}, "reads 'logits', which lies downstream of 'm'"),
        ({"model": "other"}, "was written for model 'other', not 'toy'"),
        ({"units": (1, 2)}, r"must return shape \(60, 2\).*got \(60, 3\)"),
    ],
)
def test_bad_replacements_are_refused_before_any_work(more, match):
    chosen = {"model": "toy", "site": "m", "units": UNITS, "reads": ("h",)} | more
    program = aann.make(lambda h, c: h[:, :3], **chosen)
    with pytest.raises(ValueError, match=match):
        evaluate(program)


def test_other_programs_must_replace_the_same_units():
    other = aann.make(lambda x, c: x, model="toy", site="m", units=(0,), name="other")
    with pytest.raises(ValueError, match="'other'.*cannot stand beside 'ours'"):
        evaluate(programs=[other])


def test_labels_out_of_range_and_wrong_inputs_are_refused():
    design, heldout = aann.split(
        aann.from_arrays("bad", np.zeros((40, WIDTH), np.float32), [9] * 40)
    )
    with pytest.raises(ValueError, match="20 of 20 labels are out of range for 6 classes"):
        measure(bench_and_halves()[0], [], heldout)
    design, heldout = aann.split(aann.from_arrays("bad", np.zeros((40, 3), np.float32)))
    with pytest.raises(ValueError, match=r"takes inputs of shape \(16, 6\) and dtype float32, got"):
        fit(bench_and_halves()[0], design)


def test_without_labels_the_divergence_remains():
    design, heldout = aann.split(data(labels=False))
    report = aann.evaluate(mlp_model(), replacement(), heldout, design=design)
    assert set(report.damage) == {"kl", "agreement"}


def test_too_few_examples_for_an_interval():
    design, heldout = aann.split(data(8))
    with pytest.raises(ValueError, match="at least 10"):
        aann.evaluate(mlp_model(), replacement(), heldout, design=design)


def test_the_json_follows_the_schema(report):
    plain = json.loads(report.to_json())
    assert plain["schema"] == 1
    expected = {"eval", "model", "site", "units", "data", "seed", "versions", "damage", "rows"}
    assert expected <= set(plain)
    assert {"name", "split", "n", "hash"} <= set(plain["data"])
    for row in plain["rows"]:
        assert {"name", "kind", "constants", "bits", "flops", "recovered", "r2"} <= set(row)
        assert len(row["r2"]) == len(row["correlation"]) == len(UNITS)
        for estimate in row["recovered"].values():
            assert set(estimate) == {"estimate", "low", "high", "identified"}
    assert {"mean", "low", "high"} <= set(plain["damage"]["kl"])


def test_rows_have_the_constants_of_their_programs(report):
    values = {row.name: row.values for row in report.rows}
    assert values["ours"] == {"gain": 1.0, "offset": 0.0}
    assert values["weak"] == {"gain": 0.5, "offset": 0.0}
    assert values["units permuted"] == values["ours, recalibrated"] == values["ours"]
    assert values["zero"] == values["program of another example"] == {}


def test_changed_globals_are_seen_by_the_next_evaluation():
    factor = {"value": 1.0}

    def scaled(h, c):
        return truth(h, c) * factor["value"]

    assert evaluate(replacement(scaled)).row("ours").recovered["kl"].estimate > 0.99
    factor["value"] = 0.0
    assert evaluate(replacement(scaled)).row("ours").recovered["kl"].estimate == 0


def test_units_along_the_batch_are_refused():
    along_batch = aann.make(
        lambda h, c: h[:2], model="toy", site="m", units=(0, 1), reads=("h",), axis=0
    )
    with pytest.raises(ValueError, match="axis 0 is the batch"):
        evaluate(along_batch)
    model = aann.Model(
        lambda p, x: aann.site("turned", x.T).T @ p, jnp.eye(WIDTH), "t", mlp_model().inputs
    )
    design, heldout = aann.split(data())
    program = aann.make(lambda x, c: x.T[:, :2], model="", site="turned", units=(0, 1))
    with pytest.raises(ValueError, match="first axis must be the batch of 60 examples"):
        aann.evaluate(model, program, heldout, design=design)


def test_rows_need_names_of_their_own():
    with pytest.raises(ValueError, match="these occur twice: mean, ours"):
        evaluate(programs=[replacement().with_constants("mean"), replacement()])


def test_values_that_are_not_finite_on_design_images_are_found_while_fitting():
    design, _ = aann.split(data())
    worst = 7
    value = float(design.load([worst])[0, 0])
    broken = replacement(lambda x, c: jnp.where(x[:, :1] == value, jnp.inf, x[:, :3]), ("input",))
    with pytest.raises(ValueError, match=f"ours gives inf.*example '{design.names[worst]}'"):
        fit(workbench(mlp_model(), broken, 16), design)


def test_agreement_is_exact_far_from_zero():
    def apply(p, x):
        return aann.site("s", x * 0.01 + 100.0) @ p

    model = aann.Model(apply, jnp.eye(WIDTH), "offset", mlp_model().inputs)
    design, heldout = aann.split(data())
    copy = aann.make(lambda x, c: x[:, 1:3] * 0.01 + 100.0, model="", site="s", units=(1, 2))
    report = aann.evaluate(model, copy, heldout, design=design)
    row = report.main
    assert row.r2 == pytest.approx([1, 1], abs=1e-6)
    assert row.correlation == pytest.approx([1, 1], abs=1e-6)
    assert report.row("mean").r2 == pytest.approx([0, 0], abs=0.2)


def test_logits_and_labels_at_many_positions():
    def apply(p, x):
        h = aann.site("h", jnp.tanh(x[..., None] * p["w"][None, None, :]))
        return aann.site("logits", h @ p["v"])

    params = {"w": jnp.arange(1.0, 5.0), "v": jax.random.normal(jax.random.key(0), (4, 7))}
    model = aann.Model(apply, params, "seq", jax.ShapeDtypeStruct((5,), jnp.float32))
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, (60, 5)).astype(np.int32)
    labels[:, 0] = -1
    examples = aann.from_arrays("seq", rng.normal(size=(60, 5)).astype(np.float32), labels)
    _, heldout = aann.split(examples)

    def program(x, c):
        """One hidden unit, at two positions alone."""
        return jnp.tanh(x[:, 1:3, None] * c.gain)

    place = {"model": "seq", "site": "h", "units": (2,), "positions": (1, 2)}
    replaced = aann.make(program, constants={"gain": 3.0}, **place)
    report = aann.evaluate(model, replaced, heldout)
    assert report.row("program").recovered["kl"].estimate == pytest.approx(1, abs=1e-3)
    assert report.row("program").correlation == pytest.approx([1.0])
    flat = aann.from_arrays("flat", rng.normal(size=(60, 5)).astype(np.float32), labels[:, 0] * 0)
    with pytest.raises(ValueError, match=r"so an example has labels of shape \(5,\), got \(\)"):
        aann.evaluate(model, replaced, aann.split(flat)[1])


def test_a_program_that_mixes_examples_is_refused():
    def centred(h, c):
        """Looks at the whole batch."""
        return truth(h - h.mean(0, keepdims=True), c)

    with pytest.raises(ValueError, match="program 'ours' mixes examples: in a batch with another"):
        evaluate(replacement(centred))


def test_copies_that_are_grouped_give_the_interval_of_the_examples_themselves(tmp_path):
    """Sixteen copies of each: the same draws of groups, so the very same interval."""
    inputs = data().load(range(60))
    design = aann.split(aann.from_arrays("other", data().load(range(60, 120))))[0]

    def report(copies, **more):
        names = [f"{i}-{k}" for k in range(copies) for i in range(60)]
        groups = [f"{i:02d}" for i in range(60)] * copies
        many = aann.from_arrays("d", np.tile(inputs, (copies, 1)), names=names, groups=groups)
        ours = replacement().with_constants("weak", gain=0.5)
        return aann.evaluate(
            mlp_model(), ours, aann.held_out(many, design), rows=["mean"], draws=500, **more
        )

    once, often = report(1), report(16)
    for row, same in zip(often.rows, once.rows, strict=True):
        for name in ("estimate", "low", "high"):
            mine, theirs = (getattr(r.recovered["kl"], name) for r in (row, same))
            assert mine == pytest.approx(theirs, abs=1e-5)
    assert "n = 960 in 60 groups" in str(often)
    often.save(tmp_path, figures=False)
    loaded = aann.Report.load(tmp_path)
    assert str(loaded) == str(often)
    assert loaded.notes == often.notes
    np.testing.assert_array_equal(loaded.arrays["examples/groups"], often.arrays["examples/groups"])
    pairs = [aann.compare(r, "mean", r, "weak", metrics=["kl"], draws=500) for r in (once, often)]
    mine, theirs = (p.differences[0].difference for p in pairs)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-5)
    assert report(1, machine=aann.Machine(bfloat16=True)).precision["n"] == 60
    with pytest.raises(ValueError, match="belong together in groups: how many are needed"):
        aann.sample_size(often, 0.5, 0.6)


def heads(params, x):
    """Two heads of three coordinates at each of four positions."""
    z = (x @ params["in"]).reshape(len(x), 4, 2, 3) + params["shift"][None, None]
    return aann.site("z", z).reshape(len(x), 4, 6) @ params["out"]


def test_the_mean_of_a_head_is_one_number_for_each_of_its_coordinates():
    """Against the model run on values that NumPy wrote."""
    rng = np.random.default_rng(0)
    params = {
        "in": jnp.asarray(rng.normal(size=(5, 6)), jnp.float32),
        "shift": jnp.asarray(3 * rng.normal(size=(2, 3)), jnp.float32),
        "out": jnp.asarray(rng.normal(size=(6, 7)), jnp.float32),
    }
    model = aann.Model(heads, params, "heads", jax.ShapeDtypeStruct((4, 5), jnp.float32))
    ours = aann.make(
        lambda x, c: x[:, :, None, :3] * c.g, model="heads", site="z", units=(1,), axis=2,
        constants={"g": 0.1}, name="ours",
    )  # fmt: skip
    inputs = rng.normal(size=(80, 4, 5)).astype(np.float32)
    design, heldout = aann.split(aann.from_arrays("d", inputs))
    row = aann.evaluate(model, ours, heldout, draws=100).row("mean")

    def values(half):
        x = half.load(range(len(half))) @ np.asarray(params["in"])
        return x.reshape(len(half), 4, 2, 3) + np.asarray(params["shift"])

    natural = values(heldout)
    written = natural.copy()
    written[:, :, 1] = values(design)[:, :, 1].mean((0, 1))
    logits = [v.reshape(-1, 4, 6) @ np.asarray(params["out"]) for v in (natural, written)]
    log_p, log_q = (np.asarray(jax.nn.log_softmax(x, axis=-1)) for x in logits)
    expected = (np.exp(log_p) * (log_p - log_q)).sum(-1).mean()
    assert row.loss["kl"] == pytest.approx(expected, rel=1e-4)
    assert row.constants == 3
    assert row.correlation == [None]
    assert row.r2[0] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("width", "left_out"), [(3000, False), (9000, True)])
def test_more_features_than_rows_are_no_trouble_and_are_spoken_of(
    width, left_out, monkeypatch, tmp_path
):
    monkeypatch.setattr("aann.bench.linear.MOST", 20 * 6000)
    apply = lambda p, x: aann.site("h", jax.nn.relu(x[:, :6] @ p)) @ p  # noqa: E731
    weights = jnp.asarray(np.random.default_rng(0).normal(size=(6, 6)), jnp.float32)
    model = aann.Model(apply, weights, "wide", jax.ShapeDtypeStruct((width,), jnp.float32))
    ours = aann.make(lambda x, c: x[:, :2], model="wide", site="h", units=(0, 1))
    inputs = np.random.default_rng(1).normal(size=(40, width)).astype(np.float32)
    report = aann.evaluate(
        model, ours, aann.split(aann.from_arrays("d", inputs))[1], rows=["linear"], draws=100
    )
    (note,) = [x for x in report.notes if "linear" in x]
    report.save(tmp_path, figures=False)
    assert aann.Report.load(tmp_path).notes == report.notes
    assert ("linear" in [row.name for row in report.rows]) != left_out
    if left_out:
        assert note.startswith("row linear is left out: a linear prediction of 2 values from 9,001")
    else:
        assert note.startswith("linear is underdetermined: 3,001 features, 20 rows")
