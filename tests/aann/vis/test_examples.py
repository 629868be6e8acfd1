"""Against plain NumPy on a toy that computes in whole numbers, and once on InceptionV1.

Serves ``aann.vis.chosen.sections`` and ``aann.vis.chosen.options``.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from examples_toy import CELLS, DATA, PICTURES, look, toy
from hypothesis import given, settings
from hypothesis import strategies as st

import aann
import zoo
from aann.vis.chosen import kept
from aann.vis.chosen.edges import ZERO
from aann.vis.chosen.numbers import direction, function, residual, units


@pytest.fixture(scope="module")
def found():
    return look(n=5, batch_size=5)


def same(a, b):
    """Whether two have found the same."""
    for one, other in zip(a.units, b.units, strict=True):
        np.testing.assert_array_equal(one.counts, other.counts)
        assert (one.low, one.high, one.mean) == (other.low, other.high, other.mean)
        for x, y in zip(one.sections, other.sections, strict=True):
            assert x[:5] == y[:5]
            for p, q in zip(x[5:], y[5:], strict=True):
                np.testing.assert_array_equal(p, q)


def test_the_strongest_and_the_weakest_are_those_of_sorting(found):
    for name, unit in (("cells:1", 1), ("cells:3", 3)):
        best = CELLS[..., unit].max(axis=(1, 2))
        top = found[name].of("top")
        assert top.values.tolist() == np.sort(best)[::-1][:5].tolist()
        np.testing.assert_array_equal(best[top.indices], top.values)
        worst = np.sort(CELLS[..., unit].min(axis=(1, 2)))[:5]
        assert found[name].of("bottom").values.tolist() == worst.tolist()


def test_each_value_is_where_it_says_and_each_example_comes_once(found):
    for unit, channel in zip(found.units, (1, 3), strict=True):
        for section in unit.sections:
            at = section.indices, *section.positions.T, channel
            np.testing.assert_array_equal(CELLS[at], section.values)
            assert len(set(section.indices.tolist())) == len(section.indices)
            assert section.names == tuple(DATA.names[i] for i in section.indices)


def test_counts_and_moments_are_those_of_all_positions(found):
    for unit, channel in zip(found.units, (1, 3), strict=True):
        here = CELLS[..., channel]
        assert unit.counts.sum() == here.size
        assert unit.counts[ZERO] == (here == 0).sum()
        assert unit.fires == (here > 0).mean()
        assert (unit.low, unit.high) == (here.min(), here.max())
        assert unit.mean == pytest.approx(here.mean(dtype=np.float64), rel=1e-12)


def test_quantiles_divide_the_positions_that_are_not_zero(found):
    unit = found["cells:3"]
    parts = [s for s in unit.sections if s.kind == "quantiles"]
    here = CELLS[..., 3]
    assert sum(p.share for p in parts) == pytest.approx(unit.fires)
    assert len(parts) > 2
    for part in parts:
        assert (part.values >= part.low).all()
        assert (part.values < part.high).all()
        assert part.share == ((here >= part.low) & (here < part.high)).mean()


def test_a_random_section_is_a_fair_sample():
    drawn = [
        look("cells:3", n=12, kinds=("random",), seed=seed).units[0].sections[0].values
        for seed in range(15)
    ]
    share = np.mean(np.concatenate(drawn) > 0)
    expected = (CELLS[..., 3] > 0).mean()
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / (15 * 12))


@settings(max_examples=4, deadline=None)
@given(st.sampled_from([1, 5, 7, 12]), st.integers(1, 3))
def test_batches_change_nothing(size, per_example):
    same(look(n=5, batch_size=size, per_example=per_example), look(n=5, per_example=per_example))


def test_the_seed_decides(found):
    same(look(n=5), found)
    other = look(n=5, seed=1)
    np.testing.assert_array_equal(
        other["cells:1"].of("top").values, found["cells:1"].of("top").values
    )
    assert any(
        x.indices.tolist() != y.indices.tolist()
        for x, y in zip(other[0].sections, found[0].sections, strict=True)
    )


def test_more_positions_of_an_example_if_they_are_asked_for():
    (unit,) = look("cells:1", n=6, per_example=25, kinds=("top",)).units
    assert unit.sections[0].values.tolist() == np.sort(CELLS[..., 1].ravel())[::-1][:6].tolist()


def test_a_direction_a_residual_and_any_function():
    vector = np.asarray([1, -1, 2, 0], np.float32)
    program = aann.make(
        lambda x, c: jax.nn.relu(x[:, ::2, ::2, :1]), model="toy", site="cells", units=(2,)
    )
    mean = function("cells", lambda h: h.mean(-1, keepdims=True), ["mean"])
    numbers = [direction("cells", vector), residual(program), mean]
    found = look(numbers, n=3)
    wrong = np.maximum(PICTURES[:, ::2, ::2, 0], 0) - CELLS[..., 2]
    for unit, here in zip(found.units, (CELLS @ vector, wrong, CELLS.mean(-1)), strict=True):
        best = np.sort(here.max(axis=(1, 2)))[::-1][:3]
        np.testing.assert_allclose(unit.of("top").values, best, rtol=1e-5)
        np.testing.assert_allclose(unit.low, here.min(), rtol=1e-5)
    assert found[1].field.box((1, 1)) == (
        (1, 4),
        (1, 4),
    )  # SAME pads after: window of 3 from 2 i - 1


def test_results_are_kept_and_never_taken_for_others(tmp_path, monkeypatch):
    first = look(cache=tmp_path, n=4)
    assert len(list(tmp_path.rglob("*.shard"))) == 1
    same(look(cache=tmp_path, n=4), first)
    same(look(machine=aann.Machine(cache=tmp_path, resume=True), n=4), first)
    other = look(cache=tmp_path, n=4, model=toy(seed=2))
    assert other[0].high != first[0].high
    fewer = look(cache=tmp_path, n=4, data=DATA.take(range(6)))
    assert fewer[0].counts.sum() == first[0].counts.sum() / 2
    assert len(list(tmp_path.rglob("*.shard"))) == 3
    monkeypatch.setattr("aann.vis.examples._gone_through", None)  # not needed any more
    same(look(cache=tmp_path, n=4), first)
    assert kept.FOLDER in {path.name for path in tmp_path.iterdir()}


@pytest.mark.usefixtures("unchecked")
def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match="n is a whole number from 1 up, got 0") as caught:
        look(("cells:4", "sells:1"), n=0, quantiles=True, seed=0.5, kinds=("top", "best"))
    for told in (
        "quantiles is a whole number from 1 up, got True",
        "seed is a whole number, got 0.5",
        "kinds are some of top, bottom, random, quantiles, got ('top', 'best')",
        "site 'cells' has units 0 to 3, got 4",
        "no site 'sells' in this model: did you mean 'cells'",
    ):
        assert told in str(caught.value)
    with pytest.raises(ValueError, match="axes= names two axes of an input"):
        look(axes=(0, 5))


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_data_is_refused():
    with pytest.raises(TypeError, match="data are aann.Examples, got ndarray"):
        look(data=PICTURES)


def test_numbers_that_are_not_finite_are_named():
    bad = function("cells", lambda h: jnp.where(h[..., :1] == h[..., :1].max(), jnp.nan, 0.0), "x")
    with pytest.raises(ValueError, match=r"x is nan at position \(\d, \d\) of example 'picture"):
        look([bad])


def test_data_of_another_shape_are_refused():
    small = aann.from_arrays("small", PICTURES[:, :5])
    with pytest.raises(ValueError, match=r"data set 'small': the model takes inputs of shape"):
        look(data=small)


@pytest.mark.usefixtures("assets")
def test_of_mixed3b_the_strongest_are_those_of_brute_force():
    model, design = zoo.load("inceptionv1"), zoo.data("imagenet_samples", split="design")
    some = design.take(range(3))
    found = look([units("mixed3b", (343, 379))], model=model, data=some, n=2, batch_size=3)
    run = jax.jit(lambda x: aann.capture(model, ["mixed3b"])(x)[1]["mixed3b"])
    here = np.asarray(run(jnp.asarray(some.load(range(3)))))[..., [343, 379]]
    for column, unit in enumerate(found.units):
        best = here[..., column].reshape(3, -1).max(axis=1)
        top = unit.of("top")
        assert top.indices.tolist() == np.argsort(-best)[:2].tolist()
        np.testing.assert_allclose(top.values, np.sort(best)[::-1][:2], rtol=1e-4)
        assert unit.field.size == (91, 91)


@pytest.mark.usefixtures("unchecked")
def test_kinds_that_can_be_gone_through_once_are_kept():
    found = look("cells:1", kinds=(kind for kind in ("top", "random")))
    assert [s.kind for s in found["cells:1"].sections] == ["top", "random"]


def test_complex_numbers_have_no_order():
    parts = function("cells", lambda c: jax.lax.complex(c, c)[..., :1], ["wave"])
    with pytest.raises(ValueError, match="wave: there is no order among complex numbers"):
        look([parts])
