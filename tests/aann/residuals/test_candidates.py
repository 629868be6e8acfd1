"""Sites that a program could read."""

import jax
import jax.numpy as jnp
import residual_toy as toy

import aann
from aann.residuals.candidates import candidates


def bench_of(apply):
    return aann.residuals(toy.flat(apply), toy.half(), toy.examples(), progress=False).bench


def test_sites_of_all_kinds():
    def apply(p, x):
        plain = aann.site("plain", x * 1.0)
        whole = aann.site("whole", jnp.argsort(x, -1))
        alone = aann.site("alone", x.sum())
        beside = aann.site("beside", jnp.sin(x))
        m = aann.site("m", plain @ p["a"] + 0.0 * alone + 0.0 * whole.sum().astype(x.dtype))
        return aann.site("logits", m @ p["c"]) + beside.sum(-1, keepdims=True)

    found, left = candidates(bench_of(apply), 0, None)
    assert list(found) == ["input", "plain", "beside"]
    assert left["whole"].startswith("is of dtype int32")
    assert "whose first axis is not the 48 examples" in left["alone"]
    assert left["logits"] == "is or depends on 'm'"


def test_steps_of_a_loop_are_sites():
    def apply(p, x):
        def step(h, _):
            return aann.site("h", jnp.tanh(h * 1.5)), None

        h, _ = jax.lax.scan(step, aann.site("plain", x * 1.0), length=2)
        return aann.site("m", h @ p["a"]) @ p["c"]

    found, _ = candidates(bench_of(apply), 0, None)
    assert list(found) == ["input", "plain", "h[0]", "h[1]"]
