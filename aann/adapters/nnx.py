"""Sites for an unmodified ``flax.nnx`` module; ``aann.adapters`` says how they are named.

The module is split once. The model merges it again at every call and gives each submodule of that
copy a subclass whose methods mark what they take and return. Name and type are part of what nnx's
own transformations (``nnx.jit``, ``nnx.scan``, ``nnx.remat``) split and merge, so marks are inside
of them too. A module that hangs in several places goes by the first path of ``nnx.iter_modules``.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from flax import linen as nn
from flax import nnx
from flax.nnx.nn.attention import dot_product_attention_weights

from aann.adapters.attention import marked_attention
from aann.adapters.marking import CALL, call_marked, site_name
from aann.adapters.problems import Adapted, build, check_inputs, refuse
from aann.adapters.pure import DECODES, check_pure, set_counts
from aann.model import Model, fixed

_OPAQUE = (nnx.Variable, nnx.Pytree)
_CONTAINERS = (nnx.List, nnx.Dict)
_SITE = "_aann_site"
_ADVICE = {"init_cache": DECODES, "`decode`": DECODES}


def model(
    module: nnx.Module,
    *,
    inputs: Any = None,
    name: str = "",
    method: str | Callable[..., Any] | None = None,
    probabilities: bool = False,
    **call_kwargs: Any,
) -> Model:
    """An ``aann.Model`` that runs ``module(inputs, **call_kwargs)`` on a copy of the module.

    Its parameters are the ``nnx.State`` of the module's ``nnx.Param`` variables, as they are now;
    other variables, such as batch statistics, are held as they are.

    Args:
        module: a module in evaluation mode (``module.eval()``, or an ``nnx.view`` of it).
        inputs: ``jax.ShapeDtypeStruct`` of ONE example, without the batch axis; a structure of
            them where ``method`` takes one apart (then ``aann.sites`` is to be given inputs).
        name: of the model.
        method: the method to call instead of ``__call__``: its name, or a function
            ``(module, inputs, **call_kwargs) -> outputs``.
        probabilities: make the probabilities of ``nnx.MultiHeadAttention`` sites,
            ``PATH:probabilities``. Flax's fused attention does not compute them apart: outputs
            then differ from the module's by rounding.
        **call_kwargs: what the call takes besides.

    Raises:
        TypeError: this is no nnx module, no inputs; with all problems.
        ValueError: the module does not run on a batch of one, returns no floating-point array,
            updates its own variables or draws random numbers.
    """
    refuse([*_module_problems(module), *check_inputs(inputs)])
    root = type(module).__name__
    graphdef, *states = nnx.split(nnx.clone(module), nnx.Param, ...)
    params, *held = fixed(states)

    def called(
        params: Any, inputs: Any, counts: Mapping[str, Any] | None = None
    ) -> tuple[Any, nnx.Module]:
        copy = nnx.merge(graphdef, params, *held, copy=True)
        set_counts(copy, counts or {})
        for path, node in list(nnx.iter_modules(copy)):
            if not isinstance(node, _CONTAINERS):
                _mark_methods(node, site_name(path, root))
                if probabilities:
                    _mark_probabilities(node, site_name(path, root))
        if callable(method):
            return method(copy, inputs, **call_kwargs), copy
        return getattr(copy, method or CALL)(inputs, **call_kwargs), copy

    def run(params: Any, inputs: Any) -> Any:
        return called(params, inputs)[0]

    adapted = build(Adapted(run, root, _ADVICE), params, inputs, name)
    check_pure(module, called, params, inputs)
    return adapted


def _mark_methods(node: nnx.Module, name: str) -> None:
    setattr(node, _SITE, name)
    object.__setattr__(node, "__class__", _marked_class(type(node)))


@functools.cache
def _marked_class(cls: type[nnx.Module]) -> type[nnx.Module]:
    """A subclass whose methods mark what they take and return."""
    names = [n for base in cls.__mro__ if base not in nnx.Module.__mro__ for n in vars(base)]
    methods = {n: inspect.getattr_static(cls, n) for n in dict.fromkeys(names)}
    marked = {n: _marked_method(n, m) for n, m in methods.items() if _is_method(n, m)}
    about = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    options = {} if cls._pytree__is_pytree else {"pytree": False}
    make: Any = type(cls)
    subclass: type[nnx.Module] = make(cls.__name__, (cls,), {**about, **marked}, **options)
    return subclass


def _is_method(name: str, attribute: Any) -> bool:
    if name.startswith("__") and name != CALL:
        return False
    bound = callable(attribute) and hasattr(attribute, "__get__")
    return bound and not isinstance(attribute, type | staticmethod | classmethod)


def _marked_method(name: str, method: Any) -> Callable[..., Any]:
    @functools.wraps(method)
    def marked(self: nnx.Module, *args: Any, **kwargs: Any) -> Any:
        site = getattr(self, _SITE)
        site = site if name == CALL else f"{site}.{name}"
        return call_marked(site, method.__get__(self, type(self)), args, kwargs, _OPAQUE)

    return marked


def _mark_probabilities(node: nnx.Module, name: str) -> None:
    if isinstance(node, nnx.MultiHeadAttention) and node.attention_fn is nnx.dot_product_attention:
        node.attention_fn = marked_attention(
            f"{name}:probabilities", nnx.dot_product_attention, dot_product_attention_weights
        )


def _module_problems(module: Any) -> list[str]:
    if isinstance(module, type) and issubclass(module, nnx.Module):
        return [
            f"module is the class {module.__name__}: pass an instance, "
            f"{module.__name__}(..., rngs=nnx.Rngs(0))"
        ]
    if isinstance(module, nn.Module) or (
        isinstance(module, type) and issubclass(module, nn.Module)
    ):
        return ["module is a flax.linen module: use aann.adapters.linen.model"]
    if isinstance(module, nnx.State | nnx.GraphDef | tuple):
        return [
            "module is a part of a split module: put it together with nnx.merge(graphdef, state)"
        ]
    if not isinstance(module, nnx.Module):
        return [f"module is to be a flax.nnx module, got {type(module).__name__}"]
    return []
