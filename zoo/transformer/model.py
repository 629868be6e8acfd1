"""Small transformers whose every activation is a site, from one frozen config.

One plainly written architecture covers the networks that mechanistic papers train: learned
positions, any number of blocks, attention alone or with an MLP, with or without layer norm (before
each part, as in GPT-2) and biases. Names follow the literature: ``W_Q``, ``W_O``, ``resid_pre``.

Sites, for blocks i = 0, 1, ...: ``embed`` and ``pos_embed`` (batch, pos, d_model);
``blocks.i.resid_pre``; ``blocks.i.attn.q``, ``k``, ``v`` and ``z`` (batch, pos, head, d_head);
``blocks.i.attn.scores`` and ``pattern`` (batch, head, query, key); ``blocks.i.attn.out``;
with an MLP ``blocks.i.resid_mid``, ``blocks.i.mlp.pre`` and ``post`` (batch, pos, d_mlp) and
``blocks.i.mlp.out``; ``blocks.i.resid_post``; with layer norm ``ln_final``; and ``logits``.

Sharp edges:

* ``scores`` are marked before the causal mask, so that they are finite; what is written to a
  masked place changes nothing.
* A token that is not in the vocabulary cannot be refused inside ``jax.jit``; its sequence
  gives NaN.
* On GPUs JAX multiplies float32 matrices in TF32 unless ``jax_default_matmul_precision`` says
  otherwise. Losses below about 1e-4 nats need ``"highest"``.
"""

import functools
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

import aann
from aann.trace.site import site
from zoo.transformer.config import ACTIVATIONS, TransformerConfig
from zoo.transformer.expected import check_params

__all__ = ["Transformer", "TransformerConfig", "as_model", "forward", "shapes"]

LAYER_NORM_EPS = 1e-5


class Transformer(nn.Module):
    """The network. Its parameters are a nested dict with the names of the module's docstring.

    ``embed.W_E``, ``pos_embed.W_pos``, ``blocks_0.attn.{W_Q, W_K, W_V, W_O}``, ``blocks_0.mlp.
    {W_in, W_out}``, ``unembed.W_U``, biases ``b_Q``, ..., ``b_U`` and layer norms ``blocks_0.ln1``,
    ``blocks_0.ln2``, ``ln_final`` with ``w`` and ``b``. Matrices multiply from the right and have
    the head axis first; they start as normal numbers of standard deviation ``d_model ** -0.5``.
    """

    config: TransformerConfig

    @nn.compact
    def __call__(self, tokens: Int[Array, "batch pos"]) -> Float[Array, "batch *outputs"]:
        """Tokens to logits.

        Args:
            tokens: integers in [0, d_vocab), at most ``context`` positions.

        Returns:
            float32 (batch, pos, d_vocab_out), or (batch, d_vocab_out) with ``last``.

        Raises:
            ValueError: the sequences are longer than the context.
        """
        c = self.config
        if tokens.shape[1] > c.context:
            raise ValueError(
                f"{tokens.shape[1]} tokens do not fit a context of {c.context}: cut the sequences"
            )
        embedded = site("embed", _Table("W_E", c.d_vocab, c.d_model, name="embed")(tokens))
        places = jnp.broadcast_to(jnp.arange(tokens.shape[1])[None], tokens.shape)
        placed = _Table("W_pos", c.context, c.d_model, name="pos_embed")(places)
        x = embedded + site("pos_embed", placed)
        for i in range(c.layers):
            x = _Block(c, i, name=f"blocks_{i}")(x)
        if c.layer_norm:
            x = site("ln_final", _LayerNorm(name="ln_final")(x))
        x = x[:, -1] if c.last else x
        return site("logits", _Unembed(c, name="unembed")(x))


class _Table(nn.Module):
    """Rows of one matrix."""

    matrix: str
    rows: int
    width: int

    @nn.compact
    def __call__(self, indices: jax.Array) -> jax.Array:
        table = self.param(self.matrix, nn.initializers.normal(self.width**-0.5), self.shape)
        known = jnp.where(indices < 0, len(table), indices)  # JAX would count from the end
        return jnp.take(table, known, axis=0)

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.width


class _Block(nn.Module):
    """Attention, then the MLP, each added to the residual stream."""

    config: TransformerConfig
    index: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        c, here = self.config, f"blocks.{self.index}"
        x = site(f"{here}.resid_pre", x)
        read = _LayerNorm(name="ln1")(x) if c.layer_norm else x
        x = x + _Attention(c, f"{here}.attn", name="attn")(read)
        if c.d_mlp is not None:
            x = site(f"{here}.resid_mid", x)
            read = _LayerNorm(name="ln2")(x) if c.layer_norm else x
            x = x + _Mlp(c, f"{here}.mlp", name="mlp")(read)
        return site(f"{here}.resid_post", x)


class _Attention(nn.Module):
    config: TransformerConfig
    here: str

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, pos, d_model) to the same: what the heads write, summed."""
        c = self.config
        q, k, v = (site(f"{self.here}.{part}", self.read(part, x)) for part in "qkv")
        scores = jnp.einsum("bqhe,bkhe->bhqk", q, k) * c.d_head**-0.5
        scores = site(f"{self.here}.scores", scores)
        seen = jnp.ones(scores.shape[2:], bool)
        seen = jnp.tril(seen) if c.causal else seen
        pattern = site(
            f"{self.here}.pattern", jax.nn.softmax(scores, axis=-1, where=seen[None, None])
        )
        z = site(f"{self.here}.z", jnp.einsum("bhqk,bkhe->bqhe", pattern, v))
        w_o = self.param("W_O", _normal(c), (c.heads, c.d_head, c.d_model))
        out = jnp.einsum("bphe,hed->bpd", z, w_o)
        if "attn" in c.biases:
            out = out + self.param("b_O", nn.initializers.zeros, (c.d_model,))[None, None]
        return site(f"{self.here}.out", out)

    def read(self, part: str, x: jax.Array) -> jax.Array:
        """Queries, keys or values: (batch, pos, d_model) to (batch, pos, head, d_head)."""
        c, letter = self.config, part.upper()
        weights = self.param(f"W_{letter}", _normal(c), (c.heads, c.d_model, c.d_head))
        y = jnp.einsum("bpd,hde->bphe", x, weights)
        if "attn" in c.biases:
            bias = self.param(f"b_{letter}", nn.initializers.zeros, (c.heads, c.d_head))
            y = y + bias[None, None]
        return y


class _Mlp(nn.Module):
    config: TransformerConfig
    here: str

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, pos, d_model) to the same."""
        c = self.config
        assert c.d_mlp is not None  # a block without an MLP does not make one
        biased = "mlp" in c.biases
        pre = x @ self.param("W_in", _normal(c), (c.d_model, c.d_mlp))
        if biased:
            pre = pre + self.param("b_in", nn.initializers.zeros, (c.d_mlp,))[None, None]
        post = ACTIVATIONS[c.activation](site(f"{self.here}.pre", pre))
        out = site(f"{self.here}.post", post) @ self.param(
            "W_out", _normal(c), (c.d_mlp, c.d_model)
        )
        if biased:
            out = out + self.param("b_out", nn.initializers.zeros, (c.d_model,))[None, None]
        return site(f"{self.here}.out", out)


class _LayerNorm(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(batch, pos, d_model), each position to mean 0 and variance 1, then scaled and moved."""
        scale = self.param("w", nn.initializers.ones, x.shape[-1:])
        offset = self.param("b", nn.initializers.zeros, x.shape[-1:])
        centred = x - jnp.mean(x, axis=-1, keepdims=True)
        variance = jnp.mean(centred**2, axis=-1, keepdims=True)
        return (
            centred * jax.lax.rsqrt(variance + LAYER_NORM_EPS) * scale[None, None]
            + offset[None, None]
        )


class _Unembed(nn.Module):
    config: TransformerConfig

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """(..., d_model) to (..., d_vocab_out)."""
        c = self.config
        logits = x @ self.param("W_U", _normal(c), (c.d_model, c.d_vocab_out))
        if "unembed" in c.biases:
            bias = self.param("b_U", nn.initializers.zeros, (c.d_vocab_out,))
            logits = logits + jnp.expand_dims(bias, tuple(range(logits.ndim - 1)))
        return logits


def _normal(config: TransformerConfig) -> nn.initializers.Initializer:
    return nn.initializers.normal(config.d_model**-0.5)


@functools.lru_cache(maxsize=32)
def shapes(config: TransformerConfig) -> Any:
    """The parameters of ``Transformer(config)`` as shapes and dtypes."""
    tokens = jax.ShapeDtypeStruct((1, config.context), jnp.int32)
    return jax.eval_shape(Transformer(config).init, jax.random.key(0), tokens)["params"]


def forward(
    config: TransformerConfig, params: Any, tokens: Int[Array, "batch pos"]
) -> Float[Array, "batch *outputs"]:
    """The logits of ``Transformer(config)``, as a plain function.

    Args:
        config: its shape.
        params: nested dict of float32 arrays, see ``Transformer``.
        tokens: see ``Transformer``.

    Raises:
        ValueError: the parameters are not exactly those of ``config``; all that differ are listed.
    """
    check_params(config, params, shapes(config))
    logits = Transformer(config).apply({"params": params}, tokens)
    assert isinstance(logits, jax.Array)  # no collection is mutable, so nothing comes with it
    return logits


def as_model(config: TransformerConfig, params: Any, name: str) -> aann.Model:
    """The transformer with these parameters as a model for aann.

    Args:
        config: its shape.
        params: nested dict of float32 arrays, see ``Transformer``.
        name: what replacements and reports call it.

    Raises:
        ValueError: as ``forward``.
    """
    check_params(config, params, shapes(config))
    return aann.Model(
        apply=functools.partial(forward, config),
        params=params,
        name=name,
        inputs=jax.ShapeDtypeStruct((config.context,), jnp.int32),
    )
