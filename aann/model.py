"""A model is data plus one pure function.

Everything in aann takes a ``Model`` and returns one or a function: no wrapping class, no hooks.
``splice`` gives back a ``Model`` too, so that interventions compose.
"""

import dataclasses
import hashlib
import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.shown.brief import COLUMNS, clip, word
from aann.shown.screen import Shown, Tabular


@dataclasses.dataclass(frozen=True, eq=False)
class Model(Tabular):
    """A pretrained network: ``aann.Model(apply, params, inputs=jax.ShapeDtypeStruct(...))``.

    Attributes:
        apply: pure function ``(params, inputs) -> outputs`` with ``aann.site`` marks.
        params: pytree of arrays. Those of NumPy that somebody could write to are copied, so that a
            model does not change; the copies are read-only.
        name: what replacements and reports call it.
        inputs: shape and dtype of ONE example, without the batch axis. Only what works without
            being shown inputs (``aann.sites(model)``, ``aann.evaluate``) needs it.
        inline_custom_rules: allow sites inside ``jax.custom_jvp``/``custom_vjp`` functions. Such
            a function is replaced by its body, which loses its own derivative rule.

    Raises:
        TypeError: something else was passed for one of these; with all problems.
    """

    apply: Callable[[Any, Any], Any]
    params: Any
    name: str = ""
    inputs: jax.ShapeDtypeStruct | None = None
    inline_custom_rules: bool = False

    def __post_init__(self) -> None:
        problems = [
            *_apply_problems(self.apply),
            *_param_problems(self.params),
            *_name_problems(self.name),
            *_input_problems(self.inputs),
        ]
        if problems:
            raise TypeError("\n".join(problems))
        object.__setattr__(self, "params", fixed(self.params))

    def __repr__(self) -> str:
        count = sum(_size(leaf) for _, leaf in _leaves(self.params))
        text = f"Model({word(self.name)}, {count:,} parameters, inputs={word(self.inputs)})"
        return clip(text, COLUMNS)

    def _shown(self) -> Shown:
        leaves = _leaves(self.params)
        parts: dict[str, list[int]] = {}
        for name, leaf in zip(_part_names([path for path, _ in leaves]), leaves, strict=True):
            parts.setdefault(name, []).append(_size(leaf[1]))
        rows = [[name, f"{len(x):,}", f"{sum(x):,}"] for name, x in parts.items()]
        count = sum(map(sum, parts.values()))
        one = "not declared" if self.inputs is None else word(self.inputs)
        head = f"model {word(self.name)}: {count:,} parameters; one example: {one}"
        return Shown([head], [["part", "arrays", "parameters"], *rows])

    def __call__(self, inputs: Any) -> Any:
        """Run the model on ``inputs`` (batch, ...)."""
        return self.apply(self.params, inputs)

    def batch(self, size: int) -> jax.ShapeDtypeStruct:
        """Shape and dtype of a batch of ``size`` examples.

        Raises:
            ValueError: the model does not declare ``inputs``.
        """
        if self.inputs is None:
            raise ValueError(
                f"model {self.name!r} does not say what one example looks like: pass "
                "inputs=jax.ShapeDtypeStruct(shape_without_batch, dtype) to aann.Model. "
                f"{_SEVERAL}"
            )
        return jax.ShapeDtypeStruct((size, *self.inputs.shape), self.inputs.dtype)

    def fingerprint(self) -> str:
        """SHA-256 (hex) over the names, shapes, dtypes and values of all parameters.

        Where ``inputs`` is declared, arrays that ``apply`` closes over are included.
        """
        named = [(jax.tree_util.keystr(path), leaf) for path, leaf in _leaves(self.params)]
        if self.inputs is not None:
            closed = jax.make_jaxpr(self.apply)(self.params, self.batch(1))
            named += [(f"closed over {i}", c) for i, c in enumerate(closed.consts)]
        digest = hashlib.sha256()
        for name, leaf in named:
            dtype = getattr(leaf, "dtype", None)
            random = dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key)
            array = np.ascontiguousarray(jax.random.key_data(leaf) if random else leaf)
            kind = dtype if random else array.dtype
            digest.update(f"{name} {array.shape} {kind}\0".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


_leaves = jax.tree_util.tree_leaves_with_path

_SEVERAL = (
    "Where apply takes several arrays, an example is still one: derive the others from it inside "
    "apply (mask = ids != 0), or pack them into one array and take it apart there. Only "
    "aann.sites, capture, splice and cut take several, from a model without inputs="
)


def fixed(tree: Any) -> Any:
    """The same tree without arrays that somebody could write to: NumPy's are copied."""
    return jax.tree.map(_fixed, tree)


def _fixed(leaf: Any) -> Any:
    owner = leaf
    while isinstance(owner, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    if not isinstance(owner, np.ndarray):  # not NumPy's, or read-only all the way down
        return leaf
    copy = leaf.copy()
    copy.flags.writeable = False
    return copy


def _size(leaf: Any) -> int:
    return math.prod(getattr(leaf, "shape", ()))


def _part_names(paths: list[tuple[Any, ...]]) -> list[str]:
    """Of each parameter, the uppermost part of the tree that tells it from others."""
    depth = 0
    while len(paths) > 1 and len({path[: depth + 1] for path in paths}) == 1:
        depth += 1
    return [
        jax.tree_util.keystr(path[: depth + 1], simple=True, separator=".") or "params"
        for path in paths
    ]


def _apply_problems(apply: Any) -> Iterator[str]:
    kinds = apply.__mro__ if isinstance(apply, type) else type(apply).__mro__
    for flavour in ("linen", "nnx"):
        if any(k.__module__.startswith(f"flax.{flavour}.") for k in kinds):
            yield f"apply is a Flax module: use aann.adapters.{flavour}.model"
            return
    if not callable(apply):
        yield f"apply is to be a function (params, inputs) -> outputs, got {_kind(apply)}"
        return
    try:
        signature = inspect.signature(apply)
    except (ValueError, TypeError):  # built-in functions have none
        return
    try:
        signature.bind(None, None)
    except TypeError:
        yield (
            f"apply is called as apply(params, inputs), but takes {signature}: wrap it, as in "
            "lambda params, inputs: f(params, inputs, train=False)"
        )


def _param_problems(params: Any) -> Iterator[str]:
    if inspect.isroutine(params):
        yield "params is to be a pytree of arrays, got a function: pass apply first, then params"
        return
    bad = [
        f"params{jax.tree_util.keystr(path)} is {_kind(leaf)}"
        for path, leaf in _leaves(params)
        if not (hasattr(leaf, "shape") and _is_numeric(getattr(leaf, "dtype", object)))
        and not isinstance(leaf, bool | int | float | complex)
    ]
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        yield f"{', '.join(bad[:5])}{more}, not an array: let apply close over it"


def _is_numeric(dtype: Any) -> bool:
    """Whether JAX has such a dtype; it has none of objects, texts and dates."""
    return jnp.issubdtype(dtype, jax.dtypes.extended) or np.dtype(dtype).kind not in "OSUMm"


def _name_problems(name: Any) -> Iterator[str]:
    if not isinstance(name, str):
        yield f"name is a string, got {_kind(name)}: the shape of an example goes to inputs="


def _input_problems(inputs: Any) -> Iterator[str]:
    if inputs is None or isinstance(inputs, jax.ShapeDtypeStruct):
        return
    if hasattr(inputs, "shape") and hasattr(inputs, "dtype"):
        yield (
            f"inputs= says what ONE example looks like, got {_kind(inputs)}: pass "
            "jax.ShapeDtypeStruct(x.shape[1:], x.dtype) for a batch x"
        )
    elif any(isinstance(leaf, jax.ShapeDtypeStruct) for leaf in jax.tree.leaves(inputs)):
        yield (f"inputs= is one jax.ShapeDtypeStruct, got a {type(inputs).__name__}. {_SEVERAL}")
    else:
        yield (
            f"inputs= is the shape and dtype of one example, got {_kind(inputs)}: pass "
            "jax.ShapeDtypeStruct(shape_without_batch, dtype)"
        )


def _kind(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else ''}".rstrip()
