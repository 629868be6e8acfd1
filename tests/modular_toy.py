"""A network that adds modulo p by the published algorithm exactly, with its parts in known places.

Its sites and weights are called as in ``zoo.transformer.model``. Neurons come in four groups:
cosines of w (a + b), then sines, for each frequency (polynomials of degree 2, kept above zero by a
constant); then one rectified sum of cosines for each frequency, which nothing reads; then two noisy
ones. The attention pattern adds a little to the logits, at a frequency of its own. With
``noise_only`` all neurons are noise, and what they write, too.
"""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.modular_addition.fourier import waves

P = 17
FREQUENCIES = (2, 5)
OTHER = 4
AMPLITUDES = (9.0, 7.0)
HEADS = ((2, 0.8, -0.3, 0.1), (5, -0.5, 0.6, -0.2))  # frequency, cosine, sine, offset of log odds
REST = 0.1
WIDTH = 16
PHASE = 0.7
LIFT = 2.0


def model(p=P, frequencies=FREQUENCIES, amplitudes=AMPLITUDES, attended=0.05, noise_only=False):
    k = len(frequencies)
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]  # orthonormal rows
    residue = np.arange(p)
    wave_c = np.stack(
        [f(2 * np.pi * q * residue / p) for f in (np.cos, np.sin) for q in frequencies]
    )
    out = np.zeros((3 * k + 2, WIDTH))
    out[: 2 * k] = 2.0 * directions[: 2 * k]
    read = np.outer(directions[-1], np.cos(2 * np.pi * OTHER * residue / p))
    sizes = np.tile(amplitudes, 2)[:, None] / 2.0
    params = {
        "embed": {"W_E": rng.normal(size=(p + 1, WIDTH))},
        "blocks_0": {"mlp": {"W_out": out, "b_out": -LIFT * out[: 2 * k].sum(0)}},
        "unembed": {"W_U": directions[: 2 * k].T @ (sizes * wave_c) + read},
        "gain": np.ones(2),  # of scores and of drives, so that weights lead to both
        "attended": attended * directions[-1],
        "noise": rng.uniform(size=(p, p, 3 * k + 2 if noise_only else 2)),
    }
    if noise_only:
        params["blocks_0"]["mlp"] = {
            "W_out": rng.normal(size=(3 * k + 2, WIDTH)), "b_out": np.zeros(WIDTH)
        }  # fmt: skip
        params["unembed"]["W_U"] = 0.01 * rng.normal(size=(WIDTH, p))

    def apply(params, tokens, more=0.0):
        a, b, mlp = tokens[:, 0], tokens[:, 1], params["blocks_0"]["mlp"]
        pattern = jax.nn.softmax(scores(params["gain"][0], a, b, p), axis=-1)
        pattern = aann.site("blocks.0.attn.pattern", pattern)
        pre = aann.site("blocks.0.mlp.pre", drives(params, a, b, p, frequencies))
        post = aann.site("blocks.0.mlp.post", jax.nn.relu(pre))
        written = aann.site("blocks.0.mlp.out", post @ mlp["W_out"] + mlp["b_out"][None, None])
        attended = pattern[:, :, 2, 0].sum(1)[:, None] * params["attended"][None]
        return aann.site("logits", (written[:, 2] + attended) @ params["unembed"]["W_U"] + more)

    floats = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), params)
    return aann.Model(apply, floats, "toy", jax.ShapeDtypeStruct((3,), jnp.int32))


def scores(gain, a, b, p):
    """At "=" log odds of a over b are a sinusoid of a less that of b; a share of REST is kept."""
    k, cosine, sine, offset = (jnp.asarray(x) for x in zip(*HEADS))

    def wave(x):
        c, s = waves(k, x, jnp.asarray(p))
        return c * cosine[None] + s * sine[None]

    odds = gain * (wave(a) - wave(b) + offset[None])
    # log(REST / (1 - REST)) more than log(e^odds + 1) leaves REST for the third key.
    third = jnp.log(REST / (1 - REST)) + jnp.logaddexp(odds, 0.0)
    row = jnp.stack([odds, jnp.zeros_like(odds), third], axis=-1)
    rows = jnp.broadcast_to(row[:, :, None], (*row.shape[:2], 3, 3))
    return aann.site("blocks.0.attn.scores", rows)


def drives(params, a, b, p, frequencies):
    k = jnp.asarray(frequencies)
    cosine, sine = waves(k, a + b, jnp.asarray(p))
    (cos_a, sin_a), (cos_b, sin_b) = (waves(k, x, jnp.asarray(p)) for x in (a, b))
    shifted = jnp.cos(PHASE) * (cos_a + cos_b) + jnp.sin(PHASE) * (sin_a + sin_b)
    noise = params["noise"][a, b]
    if noise.shape[1] > 2:
        return params["gain"][1] * jnp.broadcast_to(noise[:, None], (len(a), 3, noise.shape[1]))
    drive = jnp.concatenate([cosine + LIFT, sine + LIFT, 3.0 * shifted - 0.5, noise], axis=-1)
    return params["gain"][1] * jnp.broadcast_to(drive[:, None], (len(a), 3, drive.shape[-1]))


def examples(p=P):
    a, b = np.divmod(np.arange(p * p), p)
    tokens = np.stack([a, b, np.full_like(a, p)], axis=1).astype(np.int32)
    names = [f"{i}+{j}" for i, j in zip(a, b)]
    return aann.from_arrays("pairs", tokens, ((a + b) % p).astype(np.int32), names)


def memory():
    """A network that knows the answers of a third of the pairs by heart, and no others."""
    rng = np.random.default_rng(0)
    known = rng.random((P, P, 1)) < 0.35
    a, b = np.meshgrid(np.arange(P), np.arange(P), indexing="ij")
    right = np.eye(P)[(a + b) % P]
    wrong = np.eye(P)[rng.integers(0, P, (P, P))]
    table = 9.0 * np.where(known, right, wrong)

    def apply(params, tokens):
        network = model(noise_only=True)
        logits = aann.site("table", params["table"][tokens[:, 0], tokens[:, 1]])
        return network.apply(params, tokens, logits)

    blind = model(noise_only=True)
    params = {**blind.params, "table": jnp.asarray(table, jnp.float32)}
    return aann.Model(apply, params, "toy:memorised", blind.inputs)
