"""What a module takes and returns, marked under the module's name.

The scheme of names is that of ``aann.adapters``. Values that are not traced (Python numbers, NumPy
tables) are left as they are: a mark would turn them into traced ones, which code may not expect.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from aann.trace.site import INPUT, site

CALL = "__call__"
_noted: contextvars.ContextVar[set[str] | None] = contextvars.ContextVar("noted", default=None)


@contextlib.contextmanager
def noting() -> Iterator[set[str]]:
    """The names that are marked in the meantime."""
    names: set[str] = set()
    token = _noted.set(names)
    try:
        yield names
    finally:
        _noted.reset(token)


def mark(name: str, x: jax.Array) -> jax.Array:
    """``aann.site``, with a note that it was here."""
    if (noted := _noted.get()) is not None:
        noted.add(name)
    return site(name, x)


def site_name(path: Sequence[object], root: str, method: str = CALL) -> str:
    """The name of what a method returns.

    Args:
        path: of the module; empty for the outermost one.
        root: the outermost module's class name.
        method: of the module.
    """
    name = "/".join(map(str, path)) or root
    if name == INPUT:  # a module may be called that, a site may not
        name = f"{root}/{INPUT}"
    return name if method == CALL else f"{name}.{method}"


def module_of(name: str) -> str:
    """The module whose method, input or output a site is."""
    head, slash, tail = name.rpartition("/")
    for sign in ":.#[":
        tail = tail.split(sign)[0]
    return head + slash + tail


def call_marked(
    name: str,
    call: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    opaque: tuple[type, ...] = (),
) -> Any:
    """Call a method with marks on its arrays, and return its marked result.

    Args:
        name: of what it returns.
        call: the method.
        args: its arguments.
        kwargs: likewise.
        opaque: types of objects that are not looked into.
    """

    def of_input(path: Any) -> str:
        (in_kwargs, argument), rest = path[:2], path[2:]
        if not in_kwargs.idx and not argument.idx and not rest:
            return f"{name}:input"
        return f"{name}:input.{_joined((argument, *rest))}"

    def of_output(path: Any) -> str:
        return f"{name}:output.{_joined(path)}" if path else name

    args, kwargs = _marked((tuple(args), dict(kwargs)), of_input, opaque)
    return _marked(call(*args, **kwargs), of_output, opaque)


def _marked(tree: Any, name_of: Callable[[Any], str], opaque: tuple[type, ...]) -> Any:
    """The tree with its traced arrays marked; an array that comes twice is marked once."""
    paths, structure = jax.tree_util.tree_flatten_with_path(
        tree, is_leaf=lambda x: isinstance(x, opaque)
    )
    once: dict[int, jax.Array] = {}
    for path, leaf in paths:
        if id(leaf) not in once and _markable(leaf):
            once[id(leaf)] = mark(name_of(path), leaf)
    if not once:
        return tree
    return jax.tree.unflatten(structure, [once.get(id(leaf), leaf) for _, leaf in paths])


def _markable(leaf: Any) -> bool:
    """Random keys are no activations."""
    return isinstance(leaf, jax.core.Tracer) and not jnp.issubdtype(leaf.dtype, jax.dtypes.extended)


def _joined(path: Any) -> str:
    return jax.tree_util.keystr(path, simple=True, separator=".")
