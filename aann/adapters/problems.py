"""Building an adapted model, and saying at once why that cannot work."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from aann.adapters.hidden import check_hidden
from aann.adapters.marking import noting
from aann.model import Model
from aann.shown.brief import brief

_USUAL = (
    "check that inputs= describes ONE example, without the batch axis, and that every argument "
    "without a default is among the keyword arguments (train=False, ...)"
)


@dataclasses.dataclass(frozen=True)
class Adapted:
    """A module as a function.

    Attributes:
        run: ``(params, inputs) -> outputs`` with marks.
        what: its class's name.
        advice: what an error that running it can raise has in its class's name or its message ->
            what to do; the first that fits.
    """

    run: Callable[[Any, Any], Any]
    what: str
    advice: Mapping[str, str]

    __repr__ = brief


def refuse(problems: Sequence[str]) -> None:
    """Raise ``TypeError`` with all problems, if there are some."""
    if problems:
        raise TypeError("\n".join(problems))


def check_inputs(inputs: Any) -> list[str]:
    """Problems of what is to be the shape and dtype of one example, or a structure of them."""
    leaves = jax.tree.leaves(inputs)
    if not leaves:
        return [
            "inputs= is missing: what ONE example looks like, without the batch axis, such as "
            "jax.ShapeDtypeStruct((224, 224, 3), jnp.float32)"
        ]
    wrong = [leaf for leaf in leaves if not isinstance(leaf, jax.ShapeDtypeStruct)]
    if not wrong:
        return []
    got = " of shape ".join(
        [type(wrong[0]).__name__, *([str(wrong[0].shape)] if hasattr(wrong[0], "shape") else [])]
    )
    return [
        f"inputs= says what ONE example looks like, got {got}: pass jax.ShapeDtypeStruct(shape, "
        "dtype), for a batch x jax.ShapeDtypeStruct(x.shape[1:], x.dtype)"
    ]


def build(adapted: Adapted, params: Any, inputs: Any, name: str) -> Model:
    """The model, tried on a batch of one.

    Args:
        adapted: the module as a function.
        params: its parameters.
        inputs: what one example looks like.
        name: of the model.

    Raises:
        ValueError: it does not run, returns no floating-point array, or hides modules.
    """
    one = jax.tree.map(lambda s: jax.ShapeDtypeStruct((1, *s.shape), s.dtype), inputs)
    _try(adapted, params, one)
    expected = check_hidden(adapted.run, params, one)

    def apply(params: Any, inputs: Any) -> Any:
        with noting() as names:
            outputs = adapted.run(params, inputs)
        if not expected <= names:
            check_hidden(adapted.run, params, inputs)
        return outputs

    single = inputs if isinstance(inputs, jax.ShapeDtypeStruct) else None
    return Model(apply, params, name, single)


def _try(adapted: Adapted, params: Any, one: Any) -> None:
    shapes = [str(x.shape) for x in jax.tree.leaves(one)]
    try:
        outputs = jax.eval_shape(adapted.run, params, one)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        fitting = [advice for words, advice in adapted.advice.items() if words in told]
        advice, *_ = [*fitting, _USUAL]
        raise ValueError(
            f"{adapted.what} does not run on a batch of one, of shape {', '.join(shapes)}: "
            f"{told}\n{advice}"
        ) from error
    leaves = jax.tree.leaves(outputs)
    if not any(jnp.issubdtype(x.dtype, jnp.floating) for x in leaves):
        got = ", ".join(f"{x.dtype}{list(x.shape)}" for x in leaves) or "nothing"
        raise ValueError(
            f"{adapted.what} returns no floating-point array, only {got}: losses are computed from "
            "logits; choose what to call with method="
        )
