"""Activations of all sorts, kept and computed again: tokens, positions, paths, turned axes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import CONTEXT, tokens, transformer
from scrubs import LENGTH, WIDTH, apart, arrays, claim, identity, model, params, scrubbed

import aann
from aann.evaluation.metrics import per_example
from aann.scrubbing.equivalence import Anything

CLOSE = {"rtol": 1e-3, "atol": 2e-5}


def first_token(t):
    return aann.value("a", t[:, 0])


def test_logits_at_many_positions_with_padding():
    net = transformer(last=False)
    given = np.asarray(tokens(20))
    mask = np.arange(CONTEXT)[None] < np.random.default_rng(0).integers(2, CONTEXT + 1, 20)[:, None]
    names = [f"{i:02}" for i in range(20)]
    data, masked = (
        aann.from_arrays("t", given, names=names, **more) for more in ({}, {"mask": mask})
    )
    hypothesis = claim(first_token, {"a": "blocks.0.attn.z"}, rest="keep")
    whole, part = (  # as many examples in a batch as positions
        scrubbed(hypothesis, network=net, data=d, batch_size=CONTEXT) for d in (data, masked)
    )
    assert (whole.losses["it"]["kl"] > 0).any()
    assert not np.allclose(whole.losses["it"]["kl"], part.losses["it"]["kl"])
    labels = np.where(mask, given, -1)
    labelled = aann.from_arrays("t", given, labels, names=names)
    assert "nll" in scrubbed(hypothesis, network=net, data=labelled).rows[0].recovered


def test_tokens_have_no_zero():
    data = aann.from_arrays("t", np.asarray(tokens(20)), names=[f"{i:02}" for i in range(20)])
    found = scrubbed(claim(first_token, {"a": "input"}), network=transformer(), data=data)
    assert found.rows[0].recovered == {}
    assert found.table()[1][1] == "-"
    numbers = aann.Model(
        lambda p, t: jax.nn.one_hot(t % 5, 5), {}, "n", jax.ShapeDtypeStruct((), jnp.int32)
    )
    ints = aann.from_arrays("t", np.arange(30, dtype=np.int32))
    right = claim(lambda t: aann.value("a", t % 5), {"a": "input"})
    np.testing.assert_array_equal(scrubbed(right, network=numbers, data=ints).losses["it"]["kl"], 0)


def turned(p, x):
    """Batches lie along the second axis, and some of what crosses a cut has none."""
    y = jnp.transpose(jnp.tanh(x @ p["in"]), (1, 0, 2))
    s = aann.site("s", y[0] * 2.0)
    scale = jnp.arange(x.shape[1], dtype=jnp.float32)[:, None, None]
    return (jnp.tanh(y) * jnp.cos(y) * s[None] * scale).sum(0) @ p["skip"]


@pytest.mark.parametrize("size", [LENGTH, 8])
def test_what_crosses_a_cut_may_lie_in_any_way(size):
    net = aann.Model(turned, params(), "turned", model().inputs)
    half = claim(apart, {"a": aann.Where("s", (0, 2)), "b": aann.Where("s", (1,))}, rest="keep")
    kept, asked = (scrubbed(half, network=net, batch_size=size, memory=m) for m in (2**30, 0))
    np.testing.assert_array_equal(kept.losses["it"]["kl"], asked.losses["it"]["kl"])
    whole = claim(identity, {"a": "s"}, rest="keep")
    np.testing.assert_array_equal(
        scrubbed(whole, network=net, batch_size=size).losses["it"]["kl"], 0
    )


def test_paths_by_hand():
    """``through``: the donor's h goes on through m alone, all else sees the example's own."""
    where = aann.Where("h", positions=(0, 1), through=("m",))
    found = scrubbed(claim(identity, {"a": where}, same=Anything(), rest="keep"), scrubs=1)
    from aann.patching.path import SENT, through
    from aann.splicing.splice import splice

    limited = through(model(), "h", "m")
    x, donors = arrays(), found.donors["it"]["a"][0]
    h = np.asarray(aann.capture(model(), ["h"])(x)[1]["h"])[donors][:, :2]
    put = aann.make(
        lambda given, c: jnp.asarray(h), model="toy", site=SENT + "h", units=range(WIDTH),
        positions=(0, 1), name="donors",
    )  # fmt: skip
    expected = per_example(jax.jit(splice(limited, put))(x), model()(x))["kl"]
    np.testing.assert_allclose(found.losses["it"]["kl"][0], expected, **CLOSE)


@pytest.mark.parametrize("second", [None, "z", "m"])
def test_paths_beside_other_claims(second):
    """Sites that a model of paths runs several times are put in at each."""
    where = {"a": aann.Where("h", through=("logits",))} | ({"b": second} if second else {})
    distinct = claim(
        lambda x: aann.value("a", x[:, 0, 0]) + (aann.value("b", x[:, 0, 1]) if second else 0),
        where, rest="keep",
    )  # fmt: skip
    found = scrubbed(distinct)
    np.testing.assert_array_equal(found.losses["it"]["kl"], 0)
    assert found.rows[0].loss["random"]["kl"] > 0.1


def looped(p, x):
    def step(h, _):
        return aann.site("h", jnp.tanh(h @ p["in"])), None

    return jax.lax.scan(step, x[:, 0], None, length=3)[0] @ p["skip"]


def repeated(p, x):
    h = aann.site("h", jnp.tanh(x @ p["in"]))
    return aann.site("h", jnp.sin(h))[:, 0] @ p["skip"] + h[:, 1] @ p["skip"]


def mapped(p, x):
    return jax.vmap(lambda one: aann.site("h", jnp.tanh(one @ p["in"]))[0] @ p["skip"])(x)


def half(p, x):
    h = aann.site("h", jnp.tanh(x.astype(jnp.bfloat16) @ jnp.asarray(p["in"], jnp.bfloat16)))
    return h[:, 0] @ jnp.asarray(p["skip"], jnp.bfloat16)


@pytest.mark.parametrize(
    ("apply", "site"), [(looped, "h[1]"), (repeated, "h#1"), (mapped, "h"), (half, "h")]
)
def test_sites_of_all_sorts(apply, site):
    """Steps of a loop, marks of one name, marks under ``vmap``, half precision."""
    net = aann.Model(apply, params(), "net", model().inputs)
    found = scrubbed(claim(identity, {"a": site}, rest="keep"), network=net, scrubs=1)
    np.testing.assert_array_equal(found.losses["it"]["kl"], 0)
    assert found.rows[0].loss["random"]["kl"] > 0.01


def test_directions_that_span_a_site_are_the_site():
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(WIDTH, WIDTH)))[0]
    whole, spanned = (
        scrubbed(claim(apart, {"a": where}, same=Anything(), rest="keep"), scrubs=1)
        for where in ("h", aann.Where("h", basis=turn))
    )
    assert whole.rows[0].loss["scrubbed"]["kl"] > 0.1
    np.testing.assert_allclose(spanned.losses["it"]["kl"], whole.losses["it"]["kl"], **CLOSE)
