"""``nearest``, ``drawn_rows`` and ``unknowable``: what near places leave open, and when that says
nothing.
"""

import dataclasses

import jax
import jax.numpy as jnp
import noisy_toy
import numpy as np
import pytest

import aann
from aann.bench.workbench import workbench
from aann.evaluation.seen import see
from aann.residuals.drawn_rows import drawn
from aann.residuals.nearest import neighbours
from aann.residuals.rows import rows_of
from aann.residuals.unknowable import LIMIT


@pytest.fixture(scope="module")
def found():
    design = noisy_toy.design(800)
    return neighbours(
        noisy_toy.model("quadratic"), noisy_toy.replacement(), design, dims=(1, 3), progress=False
    )


def test_noise_is_told_from_what_is_not_read(found):
    np.testing.assert_array_equal(found.chosen, 1)  # all three components
    known, noisy, noise = found.unknowable
    assert known < 0.06
    assert noisy == pytest.approx(noisy_toy.NOISE, abs=0.09)
    assert noise == pytest.approx(1.0, abs=0.1)
    assert (found.first[1] > found.share[1, :, 0] - 0.05).all()
    np.testing.assert_allclose(found.kept[1], 1, atol=1e-5)


def test_controls_say_when_it_says_nothing(found):
    assert found.informative[1].all()
    assert found.linear[1, :2, 0] == pytest.approx(0, abs=LIMIT)
    assert found.ranked[1, :2, 0] == pytest.approx(0, abs=LIMIT)
    assert found.shuffled == pytest.approx(1, abs=0.15)
    blind = neighbours(
        noisy_toy.model(), ("u", (0, 1)), noisy_toy.design(300), from_sites="input", dims=(1,),
        progress=False,
    )  # fmt: skip
    assert not blind.informative.any()
    assert np.isnan(blind.unknowable).all()
    assert "no" in str(blind)


def test_the_residual_has_a_share_of_its_own(found):
    assert found.unknowable_residual[2] == pytest.approx(1.0, abs=0.1)
    assert found.unknowable_residual[0] < 0.1  # all of it could be known
    each = np.clip(found.residual[1, :, 0], 0, 1)
    expected = (each * found.squares).sum() / found.squares.sum()
    assert found.share_of_residual == pytest.approx(expected)
    plain = neighbours(
        noisy_toy.model(), ("u", (0,)), noisy_toy.design(100), from_sites="h", progress=False
    )
    assert plain.share_of_residual is None
    with pytest.raises(ValueError, match="no residual without a program: pass it as to_units"):
        plain.unknowable_residual  # noqa: B018


def test_seeds_decide_everything():
    first, again = (
        neighbours(noisy_toy.model(places=(4, 4)), noisy_toy.replacement(),
                   noisy_toy.design(30, (4, 4)), rows=90, seed=5, progress=False)
        for _ in range(2)
    )  # fmt: skip
    np.testing.assert_array_equal(first.share, again.share)
    assert first.rows == 90
    assert first.n == 30


def test_examples_of_a_group_are_no_neighbours():
    one = noisy_toy.data(100)
    x = np.concatenate([one.load(range(100))] * 2)  # each twice
    twice = aann.from_arrays("twice", x, groups=tuple(range(100)) * 2)
    place = ("u", (2,))
    fooled = aann.design(dataclasses.replace(twice, groups=None))
    grouped, alone = (
        neighbours(noisy_toy.model(), place, d, from_sites="h", k=2, dims=(3,), progress=False)
        for d in (aann.design(twice), fooled)
    )
    assert grouped.first[0, 0] > 0.7
    assert alone.first[0, 0] < 0.01


def test_padding_is_not_drawn():
    mask = np.arange(6)[None] < np.random.default_rng(1).integers(2, 6, 40)[:, None]
    x = noisy_toy.data(40, (6,)).load(range(40))
    design = aann.design(aann.from_arrays("padded", x, mask=mask))
    for place in (noisy_toy.replacement(), noisy_toy.replacement(positions=(0, 1))):
        bench = workbench(noisy_toy.model(places=(6,)), place, 8)
        (seen,), _ = see(bench, design)
        natural = np.where(seen.present[..., None], seen.natural, np.float32(1e6))
        _, values, belongs = drawn(rows_of(dataclasses.replace(seen, natural=natural)), 60, 0)
        assert len(values(seen.table)) == len(belongs) <= 80
        assert np.abs(values(natural.reshape(seen.table.shape))).max() < 100


def test_heads_and_tokens_are_looked_at():
    tokens = np.random.default_rng(0).integers(0, 4, (60, 3)).astype(np.int32)

    def apply(p, t):
        z = t[..., None, None].astype(jnp.float32) * jnp.arange(1.0, 7.0).reshape(1, 1, 2, 3)
        return aann.site("z", z).reshape(len(t), -1)

    def heads(t, c):
        return jnp.zeros((len(t), 3, 2, 3))

    model = aann.Model(apply, {}, "m", jax.ShapeDtypeStruct((3,), jnp.int32))
    place = aann.make(heads, model="m", site="z", units=(0, 1), axis=2)
    design = aann.design(aann.from_arrays("tokens", tokens, mask=np.ones((60, 3), bool)))
    found = neighbours(model, place, design, k=3, dims=(2, 9), progress=False)
    assert found.share.shape == (2, 2, 3)
    np.testing.assert_allclose(found.share[:, 0], found.share[:, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rows": 10}, "rows is a whole number of at least 50, got 10"),
        ({"k": 1}, "k is a whole number of at least 2, got 1"),
        ({"dims": (2, 2)}, r"dims are different whole numbers above 0, got \(2, 2\)"),
        ({"dims": ()}, "dims are different"),
        ({"rows": 1, "k": 0, "dims": (0,)}, "rows .*; k .*; dims"),
    ],
    ids=str,
)
def test_wrong_numbers_are_refused(more, said, unchecked):
    with pytest.raises(ValueError, match=said):
        neighbours(noisy_toy.model(), ("u", (0,)), noisy_toy.design(30), from_sites="h", **more)


def test_held_out_examples_are_refused(unchecked):
    _, heldout = aann.split(noisy_toy.data(60))
    with pytest.raises(TypeError, match="a search of neighbours is fitted on design examples only"):
        neighbours(noisy_toy.model(), ("u", (0,)), heldout, from_sites="h")
