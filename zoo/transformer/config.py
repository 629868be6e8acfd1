"""The shape of a small transformer, checked when it is made."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "relu": jax.nn.relu,
    "gelu": functools.partial(jax.nn.gelu, approximate=False),
}
BIASES = ("attn", "mlp", "unembed")
_SIZES = ("layers", "heads", "d_model", "d_head", "d_vocab", "d_vocab_out", "context")


@dataclasses.dataclass(frozen=True)
class TransformerConfig:
    """The shape of a transformer.

    Attributes:
        layers: number of blocks.
        heads: attention heads in a block.
        d_model: width of the residual stream.
        d_head: width of a head; ``heads * d_head`` need not be ``d_model``.
        d_mlp: hidden units of the MLP; None is attention alone.
        d_vocab: number of input tokens.
        d_vocab_out: number of outputs.
        context: the longest sequence.
        biases: which parts have them, out of ``BIASES``.
        layer_norm: before attention, before the MLP and before the unembedding.
        activation: of the MLP, a key of ``ACTIVATIONS``; ``"gelu"`` is the exact one.
        causal: a position sees itself and earlier ones only.
        last: give the logits of the last position only.

    Raises:
        ValueError: the values do not make a transformer; all problems are listed.
    """

    layers: int
    heads: int
    d_model: int
    d_head: int
    d_mlp: int | None
    d_vocab: int
    d_vocab_out: int
    context: int
    biases: tuple[str, ...] = ()
    layer_norm: bool = False
    activation: str = "relu"
    causal: bool = True
    last: bool = False

    def __post_init__(self) -> None:
        sizes = [*_SIZES, *(["d_mlp"] if self.d_mlp is not None else [])]
        values = {name: getattr(self, name) for name in sizes}
        problems = [
            f"{name} is a whole number above 0, got {value!r}"
            for name, value in values.items()
            if not isinstance(value, int) or isinstance(value, bool) or value < 1
        ]
        biases: Any = self.biases
        if not isinstance(biases, tuple):
            problems.append(f'biases is a tuple such as ("mlp",), got {biases!r}')
        else:
            unknown = [name for name in biases if name not in BIASES]
            problems += [f"biases are out of {BIASES}, got {name!r}" for name in unknown]
        if "mlp" in biases and self.d_mlp is None:
            problems.append('biases has "mlp" but there is no MLP: set d_mlp or leave it out')
        if self.activation not in ACTIVATIONS:
            known = " or ".join(map(repr, ACTIVATIONS))
            problems.append(f"activation is {known}, got {self.activation!r}")
        if problems:
            raise ValueError("this makes no transformer:\n  " + "\n  ".join(problems))
