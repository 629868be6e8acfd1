"""What is known before the first pass, and losses that cannot be averaged.

Serves ``finite``, ``chance`` and ``silent`` too.
"""

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(1, 9, (100, 8)).astype(np.int32)
TABLE = jnp.asarray(RNG.normal(size=(9, 4)), jnp.float32)
MODEL = aann.Model(
    lambda p, t: aann.site("h", p[t]) @ p.T, TABLE, "m", jax.ShapeDtypeStruct((8,), jnp.int32)
)
NOTHING = aann.make(
    lambda t, c: jnp.zeros((*t.shape, 1)), model="m", site="h", units=(0,), name="nothing"
)


def unread(labels=None, **more):
    """Examples that must not be looked at."""

    def load(indices):
        raise AssertionError("an example was loaded")

    whole = aann.from_arrays("d", TOKENS, labels, **more)
    return aann.split(dataclasses.replace(whole, load=load))[1]


def refused(message, model=MODEL, **data):
    with pytest.raises(ValueError, match=message):
        aann.evaluate(model, NOTHING, unread(**data), draws=100)


def test_labels_that_do_not_fit_are_refused_before_anything_is_loaded():
    padded = np.where(np.arange(8) < 6, TOKENS, -100)
    refused(
        re.escape("-1 means not scored: labels = np.where(labels < 0, -1, labels)"), labels=padded
    )
    refused("map the data set's labels to the model's output units", labels=TOKENS + 5)
    refused(r"an example has labels of shape \(8,\), got \(\)", labels=TOKENS[:, 0])
    refused("have no scored position", labels=np.full_like(TOKENS, -1))
    refused(r"a mask has shape \(50, 8\), got \(50, 7\)", mask=np.ones((100, 7), bool))


def test_both_halves_are_looked_at():
    design, heldout = aann.split(aann.from_arrays("d", TOKENS, TOKENS))
    wrong = np.where(np.arange(8) < 6, design.labels, 77)
    both = dataclasses.replace(heldout, design=dataclasses.replace(design, labels=wrong))
    with pytest.raises(ValueError, match="100 of 400 labels are out of range for 9 classes"):
        aann.evaluate(MODEL, NOTHING, both, draws=100)


def test_outputs_that_are_no_logits_are_refused_with_what_to_return():
    two = dataclasses.replace(
        MODEL, apply=lambda p, t: {"logits": MODEL.apply(p, t), "loss": t[:, 0]}
    )
    refused(r"must return logits.*apply\(params, x\)\['logits'\]", model=two)
    flat = dataclasses.replace(MODEL, apply=lambda p, t: MODEL.apply(p, t).sum((1, 2)))
    with pytest.raises(ValueError, match=r"must return logits .*got \(50,\)$"):
        aann.evaluate(flat, NOTHING, unread(), draws=100)


def masked(p, x):
    """A vocabulary that is masked where a unit is low: whatever moves it moves the mask."""
    h = aann.site("h", jnp.tanh(x @ p["in"]))
    return (h @ p["out"]).at[:, 2].set(jnp.where(h[:, 0] < -0.5, -jnp.inf, 0.0))


def masked_case():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(100, 5)).astype(np.float32)
    params = {
        "in": jnp.asarray(rng.normal(size=(5, 6)), jnp.float32),
        "out": jnp.asarray(rng.normal(size=(6, 4)), jnp.float32),
    }
    model = aann.Model(masked, params, "m", jax.ShapeDtypeStruct((5,), jnp.float32))
    exact = aann.make(
        lambda x, c: jnp.tanh(x @ c.w), model="m", site="h", units=(0, 1), name="exact",
        constants={"w": np.asarray(params["in"])[:, :2]},
    )  # fmt: skip
    return model, exact, aann.split(aann.from_arrays("d", x))[1]


def test_an_infinite_loss_names_rows_metrics_and_examples_and_rows_can_be_left_out():
    model, exact, heldout = masked_case()
    with pytest.raises(ValueError, match="leave such rows out with rows=") as error:
        aann.evaluate(model, exact, heldout, draws=100)
    h = np.tanh(np.asarray(heldout.load(range(50))) @ np.asarray(model.params["in"]))
    moved = heldout.names[int(np.flatnonzero(h[:, 0] < -0.5)[0])]
    assert re.search(r"- row 'resample': kl is inf for \d+ of 50 examples: '", str(error.value))
    assert "zero" not in str(error.value)
    assert moved not in str(error.value).split("'units permuted'")[0].split("resample")[0]
    report = aann.evaluate(model, exact, heldout, rows=["mean", "recalibrated"], draws=100)
    assert [row.name for row in report.rows] == ["zero", "mean", "exact", "exact, recalibrated"]
    assert report.row("exact").recovered["kl"].estimate == pytest.approx(1.0)


def test_rows_that_there_are_not_are_refused():
    model, exact, heldout = masked_case()
    with pytest.raises(ValueError, match="rows= names which of these a report has: mean, position"):
        aann.evaluate(model, exact, heldout, rows=["zero", "mean"])


@pytest.fixture
def sure():
    """A model that is right about its labels, and what they are."""
    labels = RNG.integers(0, 9, 100)
    inputs = (5.0 * np.eye(9)[labels] + 0.1 * RNG.normal(size=(100, 9))).astype(np.float32)
    model = aann.Model(
        lambda p, x: aann.site("h", jax.nn.relu(x)) * p, jnp.float32(1.0), "m",
        jax.ShapeDtypeStruct((9,), jnp.float32),
    )  # fmt: skip
    program = aann.make(lambda x, c: x[:, :2], model="m", site="h", units=(0, 1), name="p")

    def evaluate(labels):
        heldout = aann.split(aann.from_arrays("d", inputs, labels))[1]
        return aann.evaluate(model, program, heldout, rows=[], draws=100)

    return evaluate, labels


@pytest.mark.filterwarnings("default")
def test_labels_in_another_order_are_warned_about(sure):
    evaluate, labels = sure
    with pytest.warns(UserWarning, match="no better than chance on the labels: 0 of 50 right"):
        report = evaluate((labels + 1) % 9)
    assert len(report.notes) == 1
    (note,) = report.notes
    assert "(chance is 1 in 9)" in note
    for shown in (str(report), report.markdown(), report.html(), report.to_json()):
        assert note in shown


@pytest.mark.filterwarnings("error")
def test_labels_in_order_are_not(sure):
    evaluate, labels = sure
    assert not evaluate(labels).notes
    assert not evaluate(None).notes


def test_a_program_that_says_the_same_of_everything_is_noted():
    heldout = aann.split(aann.from_arrays("d", TOKENS))[1]
    some = aann.make(
        lambda t, c: t[..., None].astype(jnp.float32), model="m", site="h", units=(0,), name="some"
    )
    report = aann.evaluate(MODEL, some, heldout, programs=[NOTHING], rows=[], draws=100)
    (note,) = report.notes
    assert note.startswith("program 'nothing' says the same of every example and position")
