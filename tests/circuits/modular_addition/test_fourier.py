import jax.numpy as jnp
import modular_toy as toy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.modular_addition import fourier

ODD = st.integers(3, 20).map(lambda n: 2 * n + 1)


@st.composite
def planted(draw):
    """A modulus, some of its frequencies, at most a quarter, and how strong they are."""
    p = draw(ODD)
    n = (p - 1) // 2
    chosen = draw(st.lists(st.integers(1, n), min_size=1, max_size=max(1, n // 4), unique=True))
    sizes = draw(st.lists(st.floats(1, 1.4), min_size=len(chosen), max_size=len(chosen)))
    return p, chosen, sizes


@given(planted(), st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_shares_are_the_squared_sizes_of_waves_whatever_their_phases(case, seed):
    p, chosen, sizes = case
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 7, len(chosen))
    angle = 2 * np.pi * np.outer(chosen, np.arange(p)) / p + phase[:, None]
    row = np.asarray(sizes) @ np.cos(angle)
    share = fourier.shares(np.float32(np.stack([row, 3 - 2 * row])))
    expected = np.zeros((p - 1) // 2)
    expected[np.asarray(chosen) - 1] = np.square(sizes)
    np.testing.assert_allclose(share, expected / expected.sum(), atol=1e-5)


@given(planted())
@settings(deadline=None, max_examples=15)
def test_planted_frequencies_are_found_strongest_first(case):
    p, chosen, _ = case
    chosen = chosen[:3]  # as many as the toy has room for
    sizes = 3.0 + np.arange(len(chosen))
    found = fourier.key_frequencies(toy.model(p, tuple(chosen), tuple(sizes)))
    assert found == tuple(chosen[::-1])


def test_a_network_without_waves_has_no_key_frequencies():
    model = toy.model(41, (3,), (1.0,))
    weights = np.random.default_rng(0).normal(size=(toy.WIDTH, 41))
    params = {**model.params, "unembed": {"W_U": jnp.asarray(weights, jnp.float32)}}
    params["blocks_0"] = {"mlp": {"W_out": jnp.eye(toy.WIDTH)}}
    with pytest.raises(ValueError, match=r"'toy' has no key frequencies: the strongest of 20, \d+"):
        fourier.key_frequencies(type(model)(model.apply, params, "toy", model.inputs))


@given(ODD, st.integers(1, 10**6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_waves_keep_their_digits_however_often_they_turn(p, k, x):
    cosine, sine = fourier.waves(jnp.asarray([k % p]), jnp.asarray([x % p]), jnp.asarray(p))
    angle = 2 * np.pi * ((k * x) % p) / p
    np.testing.assert_allclose(
        [cosine[0, 0], sine[0, 0]], [np.cos(angle), np.sin(angle)], atol=1e-6
    )


def test_plane_shares_tell_products_of_frequencies_apart():
    p = 11
    a, b = np.meshgrid(np.arange(p), np.arange(p), indexing="ij")
    w = 2 * np.pi / p
    units = [np.cos(3 * w * (a + b)) + 5, np.sin(2 * w * a), np.cos(w * a) * np.sin(4 * w * b)]
    share = fourier.plane_shares(np.float32(np.stack(units, axis=-1)))
    assert share.shape == (6, 6, 3)
    for unit, place in enumerate([(3, 3), (2, 0), (1, 4)]):
        assert share[(*place, unit)] == pytest.approx(1, abs=1e-5)
        assert share[..., unit].sum() == pytest.approx(1)


def test_constant_rows_have_no_preference():
    np.testing.assert_allclose(fourier.shares(np.ones((2, 9), np.float32)), 0.25)


@pytest.mark.parametrize("p", [1, 2, 8])
def test_even_moduli_are_refused(p):
    with pytest.raises(ValueError, match=rf"odd and at least 3, got {p} residues"):
        fourier.shares(np.zeros((2, p), np.float32))


@given(ODD, st.lists(st.integers(0, 2), min_size=1, max_size=9), st.integers(0, 99))
def test_other_frequencies_are_as_many_and_shared_as_they_were(p, which, seed):
    old = np.asarray([1, 2, 3])[which]
    new = fourier.other_frequencies(np.random.default_rng(seed), old, p)
    assert new.dtype == old.dtype
    assert ((new >= 1) & (new <= (p - 1) // 2)).all()
    pairs = set(zip(old.tolist(), new.tolist(), strict=True))
    assert len(pairs) == len(set(old.tolist())) == len(set(new.tolist()))
