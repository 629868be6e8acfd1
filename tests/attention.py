"""Small attention models that the tests of patching share, and brute force to compare with."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

import aann
from zoo.transformer.model import Transformer, TransformerConfig, as_model

VOCAB, CONTEXT = 7, 5


def transformer(seed=0, **changes):
    """A random transformer of the zoo's architecture, every parameter of it random."""
    sizes = {"layers": 2, "heads": 2, "d_model": 8, "d_head": 3, "d_mlp": 6, "d_vocab": VOCAB}
    sizes |= {"d_vocab_out": VOCAB, "context": CONTEXT, "biases": ("attn", "mlp", "unembed")}
    if changes.get("d_mlp", 6) is None:
        sizes["biases"] = ("attn", "unembed")
    config = TransformerConfig(**{**sizes, **changes})
    shapes = jax.eval_shape(Transformer(config).init, jax.random.key(0), tokens(1))["params"]
    leaves, tree = jax.tree.flatten(shapes)
    rng = np.random.default_rng(seed)
    values = [jnp.asarray(rng.normal(size=x.shape) / 2, jnp.float32) for x in leaves]
    return as_model(config, jax.tree.unflatten(tree, values), "toy transformer")


def tokens(n=3, seed=0, vocab=VOCAB):
    return jnp.asarray(np.random.default_rng(seed).integers(0, vocab, (n, CONTEXT)), jnp.int32)


def configs():
    """Hypothesis strategy: keyword arguments of ``transformer``."""
    return st.fixed_dictionaries(
        {
            "seed": st.integers(0, 99),
            "layers": st.integers(1, 2),
            "layer_norm": st.booleans(),
            "causal": st.booleans(),
            "last": st.booleans(),
            "d_mlp": st.sampled_from([None, 6]),
        }
    )


def own_model(linear=False):
    """A user's model: other names, one head, no norm; ``linear`` leaves the softmax out."""
    rng = np.random.default_rng(5)
    p = {k: jnp.asarray(rng.normal(size=(4, 4)), jnp.float32) for k in ("e", "q", "v", "u")}

    def apply(p, x):
        h = aann.site("hidden", x @ p["e"])
        scores = jnp.einsum("bqd,bkd->bqk", h @ p["q"], h)
        mixing = jnp.full(scores.shape, 0.3) if linear else jax.nn.softmax(scores, axis=-1)
        mixed = aann.site("mixed", jnp.einsum("bqk,bkd->bqd", aann.site("mixing", mixing), h))
        written = aann.site("written", mixed @ p["v"])
        return aann.site("scores_out", aann.site("stream", h + written)[:, -1] @ p["u"])

    return aann.Model(apply, p, "own", jax.ShapeDtypeStruct((3, 4), jnp.float32))


def own_inputs(n=4, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(size=(n, 3, 4)), jnp.float32)


def value_at(model, name, inputs):
    return jax.jit(aann.capture(model, [name]))(inputs)[1][name]


def runner(model, names):
    """``(values at names, inputs) -> (outputs, values at all sites)``, by splicing, compiled."""

    def run(values, inputs):
        made = [
            aann.make(
                lambda x, c, value=values[name]: value,
                model="", site=name, units=tuple(range(values[name].shape[-1])), name=name,
            )
            for name in names
        ]  # fmt: skip
        changed = aann.splice(model, made) if made else model
        everything = [n for n in aann.sites(model, inputs) if n != "input"]
        return aann.capture(changed, everything)(inputs)

    return jax.jit(run)
