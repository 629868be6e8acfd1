"""The laws of scrubbing."""

import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import (
    PROGRAM,
    UNITS,
    N,
    another,
    arrays,
    by_hand,
    claim,
    examples,
    identity,
    its_program,
    model,
    params,
    scrubbed,
)
from toys import batch as toy_batch
from toys import mlp_model

import aann
from aann.evaluation.metrics import per_example
from aann.scrubbing.equivalence import Anything, Same, Shuffled

CLOSE = {"rtol": 1e-3, "atol": 2e-5}


def nested(x):
    """No two examples share a value, and each is computed from the one before."""
    a = aann.value("a", x[:, 0, 0])
    b = aann.value("b", 2 * a)
    return aann.value("c", b + 1)


@pytest.mark.parametrize(
    ("program", "where", "rest"),
    [
        (identity, {"a": [aann.Where("m"), aann.Where("h", positions=(0,))]}, "resample"),
        (identity, {"a": aann.Where("z", (0,), axis=2)}, "keep"),
        (nested, {"a": "h", "b": "z", "c": ["m"]}, "keep"),
        (nested, {"a": "input", "c": "logits"}, "resample"),
        (identity, {"a": "input"}, "zero"),
    ],
)
def test_the_identity_partition_leaves_the_loss_as_it_is(program, where, rest):
    found = scrubbed(claim(program, where, rest=rest), batch_size=7, scrubs=3)
    np.testing.assert_array_equal(found.losses["it"]["kl"], 0)
    (row,) = found.rows
    assert row.loss["scrubbed"] == row.loss["intact"]
    assert row.against_random["kl"].estimate == 1.0
    assert row.kept.estimate == 1.0
    assert row.stand_ins["a"].alone == 1.0


def test_everything_claimed_is_all_of_what_the_outputs_see():
    """Skips past the claimed sites come from others, unless they are claimed as well."""
    left = scrubbed(claim(identity, {"a": "m"}), scrubs=1)
    assert left.rows[0].loss["scrubbed"]["kl"] > 0.01


@pytest.mark.parametrize("where", [aann.Where("m", (0, 3, 4)), aann.Where("z", (1,), axis=2)])
def test_the_trivial_partition_is_resample_ablation(where):
    """Compared with the network run by hand on the donors that are reported."""
    found = scrubbed(claim(identity, {"a": where}, same=Anything(), rest="keep"), scrubs=2)
    x, donors = arrays(), found.donors["it"]["a"]
    at = [by_hand(params(), one) for one in x]
    for s in range(2):
        logits = []
        for i in range(N):
            other = at[donors[s, i]]

            def edit(site, value, other=other):
                if site == where.site:
                    index = (..., list(where.units)) if site == "m" else (slice(None), [1])
                    value[index] = other[site][index]
                return value

            logits.append(by_hand(params(), x[i], edit)["logits"])
        intact = np.stack([a["logits"] for a in at])
        expected = per_example(*(jnp.asarray(y, jnp.float32) for y in (np.stack(logits), intact)))
        np.testing.assert_allclose(found.losses["it"]["kl"][s], expected["kl"], **CLOSE)
    assert found.rows[0].loss["scrubbed"] == found.rows[0].loss["random"]
    assert found.rows[0].against_random["kl"].estimate == 0.0


def test_zero_ablation_is_that_of_an_evaluation():
    data = aann.from_arrays("toy", np.asarray(toy_batch(40)), names=[f"{i:02}" for i in range(40)])
    design, held = aann.split(data)
    units = (0, 3, 5)

    def program(x):
        return aann.value("a", x[:, 0])

    made = aann.make(lambda x, c: x[:, :3], model="toy", site="m", units=units, name="some")
    report = aann.evaluate(mlp_model(), made, held, draws=100, progress=False)
    found = aann.scrub(
        mlp_model(), aann.Hypothesis(program, {"a": aann.Where("m", units)}, rest="keep"),
        held, draws=100, progress=False,
    )  # fmt: skip
    zero = next(row for row in report.rows if row.name == "zero")
    for metric, loss in found.rows[0].loss["zero"].items():
        assert loss == pytest.approx(zero.loss[metric], rel=1e-4, abs=1e-6)
    assert design is not held
    assert found.data["split"] == "heldout"


def test_a_scrub_that_zeroes_recovers_nothing():
    """Where every donor's activation is zero, scrubbing is zero-ablation."""

    def dead(p, x):
        m = aann.site("m", jnp.where(x[:, :1, 0] > -9, 0.0, 1.0) * x[:, 0])
        return m @ p["skip"] + x[:, 1] @ p["skip"]

    found = scrubbed(
        claim(identity, {"a": "m"}, rest="keep"),
        network=aann.Model(dead, params(), "dead", model().inputs),
    )
    assert found.rows[0].loss["scrubbed"] == found.rows[0].loss["zero"]
    assert not found.rows[0].recovered["kl"].identified


@pytest.mark.parametrize(
    ("values", "rest"),
    [
        (["first", "second"], "keep"),
        (["total", "both"], "zero"),
        (list(UNITS), "resample"),
        (list(UNITS), "zero"),
        (["first", "total", "both"], "keep"),
    ],
    ids=str,
)
def test_a_program_that_is_the_network_is_kept_whole(values, rest):
    where = {name: UNITS[name] for name in values}
    found = scrubbed(
        claim(its_program, where, rest=rest, name="right"),
        claim(another, where, rest=rest, name="wrong"),
        claim(its_program, where, rest=rest, same=Shuffled(Same()), name="shuffled"),
        network=PROGRAM, data=examples(60, labels=False), scrubs=2,
    )  # fmt: skip
    np.testing.assert_array_equal(found.losses["right"]["kl"], 0)
    assert found.row("right").stand_ins[values[0]].alone == 0
    for name in ("wrong", "shuffled"):
        assert found.row(name).loss["scrubbed"]["kl"] > 0.1
        assert found.row(name).against_random["kl"].high < 0.9
    assert found.row("right").recovered["kl"].estimate == 1.0
