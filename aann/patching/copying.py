"""Copying: whether a head that attends to a token raises that token's logit.

The OV circuit of a head maps the token attended to to logits (Elhage et al. 2021, "A Mathematical
Framework for Transformer Circuits"): W_E W_V W_O W_U, with the norms where the model has them. It
is computed by the model itself on sequences of one token: the block reads the token's embedding
alone, each query attends to itself, and the head's output alone (without the output bias) goes
through what follows the last residual stream. Three numbers say whether it copies:

* ``rank``: the share of other tokens whose logit it raises less, averaged over tokens attended to;
  0.5 is chance;
* ``top``: the share of tokens whose own logit it raises most;
* ``eigenvalue``: the sum of the eigenvalues over the sum of their sizes, 1 if all are positive
  (Elhage et al. 2021; 0 is chance).

Sharp edges: embedding alone, so that what earlier layers make of a token is left out. A final norm
scales each row by a positive number, which changes eigenvalues and no rank.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.model import Model
from aann.patching import blocks
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.reuse import Reuse
from aann.trace.segment import segment


@dataclasses.dataclass(frozen=True, eq=False)
class Copying:
    """How much each head copies, (heads,) each; see the module.

    Attributes:
        rank: between 0 and 1.
        top: between 0 and 1.
        eigenvalue: between -1 and 1.
    """

    rank: np.ndarray
    top: np.ndarray
    eigenvalue: np.ndarray

    __repr__ = brief


def ov_circuit(
    model: Model,
    block: int,
    tokens: Any,
    *,
    length: int = 1,
    embed: str = "embed",
    read: str = "blocks.{}.resid_pre",
    pattern: str = "blocks.{}.attn.pattern",
    values: str = "blocks.{}.attn.z",
    out: str = "blocks.{}.attn.out",
    final: str | None = None,
) -> Float[np.ndarray, "head tokens classes"]:
    """What each head of a block adds to every logit when it attends to each token.

    Args:
        model: the model, called on tokens.
        block: which block; ``{}`` in names of sites stands for it.
        tokens: (t,) integers to attend to.
        length: how many positions the model is run on; more than 1 for models that need it.
        embed: site of the tokens' embeddings.
        read: site of the residual stream that the block reads.
        pattern: site (batch, head, query, key) of its attention.
        values: site (batch, position, head, unit) of its heads' values, weighted by attention.
        out: site of what attention writes.
        final: the last residual stream; by default that of the zoo's transformer.

    Raises:
        ValueError: unknown sites, tokens that are not (t,) integers, values that are not finite.
    """
    tokens = _tokens(tokens)
    if tokens.ndim != 1 or not np.issubdtype(tokens.dtype, np.integer) or not tokens.size:
        raise ValueError(f"tokens are (t,) integers, got {tokens.dtype} {tokens.shape}")
    final = blocks.final(model) if final is None else final
    here = [name.format(block) for name in (read, pattern, values, out)]
    dtype = np.int32 if model.inputs is None else model.inputs.dtype
    inputs = jnp.asarray(np.tile(tokens[:, None], (1, length)), dtype=dtype)

    key = "circuit", embed, tuple(here), final
    circuit = Reuse(model).get(key, lambda model: _circuit(model, embed, here, final), inputs)
    found = np.asarray(circuit(model.params, inputs))
    if not np.isfinite(found).all():
        raise ValueError(
            "the circuit has values that are not finite: are all tokens in the vocabulary?"
        )
    return found


def _circuit(model: Model, embed: str, here: Sequence[str], final: str) -> Any:
    """Compiled: ``(params, inputs) -> (heads, tokens, classes)``."""

    def circuit(params: Any, inputs: Any) -> Any:
        graph = trace_model(model, params, inputs, [embed, *here, final])
        graph.check([embed, *here, final])
        start = running.start(graph, params, inputs)
        read_site, pattern_site, *_ = here
        z, written, last = (graph.read_vars(name)[0] for name in (*here[2:], final))
        changes = {
            read_site: running.Change(lambda natural, x: x, (embed,)),
            pattern_site: running.Change(_itself),
        }
        value = segment(graph, start, {}, [z], changes)[z]

        def write(value: Any) -> Any:
            return segment(graph, start, {z: value}, [written])[written]

        def logits(stream: Any) -> Any:
            known = {last: stream}
            y = running.outputs(graph, segment(graph, start, known, graph.outvars))
            return y if y.ndim == 2 else y[:, -1]

        nothing = write(jnp.zeros_like(value))
        silent = logits(jnp.zeros_like(nothing))

        def one(head: Any) -> Any:
            only = jax.lax.broadcasted_iota(jnp.int32, value.shape, 2) == head
            alone = write(jnp.where(only, value, jnp.zeros_like(value))) - nothing
            return logits(alone) - silent

        return jax.lax.map(one, jnp.arange(value.shape[2], dtype=jnp.int32))

    return jax.jit(circuit)


def copying(model: Model, block: int, tokens: Any, **names: Any) -> Copying:
    """Copying scores of a block's heads.

    Args:
        model: the model, with the same vocabulary in and out.
        block: which block.
        tokens: (t,) different integers, the tokens attended to; eigenvalues are those of the
            circuit between these tokens.
        **names: as in ``ov_circuit``.

    Raises:
        ValueError: as ``ov_circuit``; tokens occur twice or are no outputs.
    """
    tokens = _tokens(tokens)
    circuit = ov_circuit(model, block, tokens, **names)
    classes = circuit.shape[2]
    if len(np.unique(tokens)) < len(tokens) or tokens.min() < 0 or tokens.max() >= classes:
        raise ValueError(
            f"copying compares tokens with outputs: pass different tokens in [0, {classes})"
        )
    return scores(circuit, tokens)


def scores(circuit: Float[np.ndarray, "head tokens classes"], tokens: np.ndarray) -> Copying:
    """The three numbers from circuits; class ``tokens[i]`` is the token of row i."""
    square = circuit[:, :, tokens].astype(np.float64)
    own = np.diagonal(square, axis1=1, axis2=2)[:, :, None]
    below = (circuit < own).sum(axis=2) + ((circuit == own).sum(axis=2) - 1) / 2
    eigenvalues = np.linalg.eigvals(square)
    size = np.abs(eigenvalues).sum(axis=1)
    return Copying(
        rank=(below / (circuit.shape[2] - 1)).mean(axis=1),
        top=(circuit.argmax(axis=2) == tokens[None]).mean(axis=1),
        eigenvalue=eigenvalues.sum(axis=1).real / np.where(size > 0, size, 1),
    )


def _tokens(tokens: Any) -> np.ndarray:
    return np.asarray(tokens.detach().cpu() if hasattr(tokens, "detach") else tokens)


def _itself(natural: jax.Array) -> jax.Array:
    eye = jnp.eye(natural.shape[-1], dtype=natural.dtype)
    return jnp.broadcast_to(eye[None, None], natural.shape)
