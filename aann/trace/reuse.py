"""Compiled pieces of models, kept between calls.

A piece belongs to what it was made from: the model's function, the shapes and dtypes of its
parameters and inputs, JAX's settings, and whatever else its maker depends on, which goes into the
key. Parameters are arguments of every piece: a model with other weights finds the same ones.

    pieces = Reuse(model)  # of one call of the user: it looks at the function once
    run = pieces.get(("patch", names), lambda shell: jax.jit(...), like=batch)
    run(model.params, inputs)

Pieces know the function weakly: when the model is gone they go, too. Of each function the ``MOST``
that were used last are kept. What a function closes over, and the helpers and globals that it
names, belong to the key. What escapes it: arrays of more than a megabyte that are changed in place,
and what is looked up by a string (``os.environ[...]``, ``getattr``) while the function runs.
"""

import dataclasses
import functools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import jax

from aann.model import Model
from aann.shown.brief import brief
from aann.trace.reached import reached

MOST = 128
"""How many pieces of one model's function are kept."""

_SETTINGS = (
    "jax_enable_x64", "jax_default_matmul_precision", "jax_numpy_dtype_promotion",
    "jax_numpy_rank_promotion", "jax_default_prng_impl", "jax_threefry_partitionable",
)  # fmt: skip

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, eq=False)
class Reuse:
    """Where the pieces of one model are found.

    Attributes:
        model: the model.
        recipe: what ``derive`` depends on.
        derive: makes the model that pieces are made from, of the model's shell.
    """

    model: Model
    recipe: Hashable = ()
    derive: Callable[[Model], Model] | None = None

    __repr__ = brief

    @functools.cached_property
    def _model_key(self) -> Hashable:
        """What all pieces of the model depend on, looked at once."""
        model = self.model
        return (
            self.recipe, _signature(model.params), model.name, _signature(model.inputs),
            model.inline_custom_rules, reached(model.apply),
        )  # fmt: skip

    def get(self, what: Hashable, make: Callable[[Model], T], like: Any = None) -> T:
        """What ``make`` gives, or gave before.

        Args:
            what: all that ``make`` depends on besides the model and ``like``.
            make: of a shell: the model with shapes for parameters, whose function holds nothing.
                What it returns holds neither the model nor any array of its parameters.
            like: inputs, arrays or their shapes, of whatever structure.
        """
        model = self.model
        owner = _owner(model)
        key = (what, _signature(like), settings(), self._model_key)
        found: T
        with _LOCK:
            known = _pieces_of(owner)
            if key in known:
                known.move_to_end(key)
                found = known[key]
                return found
        shell = _shell(model, owner)
        found = make(self.derive(shell) if self.derive else shell)
        with _LOCK:
            known[key] = found
            while len(known) > MOST:
                known.popitem(last=False)
        return found


_OWNERS: dict[int, tuple[weakref.ref[Any], OrderedDict[Any, Any]]] = {}
_LOCK = threading.RLock()  # a collection, and so a forgetting, may happen while it is held


def settings() -> tuple[Any, ...]:
    """JAX's settings that a traced program depends on."""
    return tuple(getattr(jax.config, name, None) for name in _SETTINGS)


def kept() -> int:
    """How many pieces are kept, of all models."""
    return sum(len(pieces) for _, pieces in _OWNERS.values())


def _pieces_of(owner: Any) -> OrderedDict[Any, Any]:
    """The pieces of a function; they are dropped with it, before its id can be another one's."""
    number = id(owner)
    if number not in _OWNERS:
        gone = weakref.ref(owner, lambda _: _OWNERS.pop(number, None))
        _OWNERS[number] = gone, OrderedDict()
    return _OWNERS[number][1]


def _owner(model: Model) -> Any:
    """The model's function, or where that cannot be referenced weakly the model."""
    try:
        weakref.ref(model.apply)
    except TypeError:
        return model
    return model.apply


def _shell(model: Model, owner: Any) -> Model:
    """The model without its parameters, and without holding its function."""
    known = weakref.ref(owner)

    def apply(params: Any, inputs: Any) -> Any:
        here: Any = known()
        assert here is not None  # who runs a piece holds the model
        function = here.apply if isinstance(here, Model) else here
        return function(params, inputs)

    shapes = jax.eval_shape(lambda p: p, model.params)
    return dataclasses.replace(model, apply=apply, params=shapes)


def _signature(tree: Any) -> Hashable:
    """Structure, shapes and dtypes of a tree of arrays or of their shapes."""
    leaves, structure = jax.tree.flatten(tree)
    return structure, tuple(_aval(leaf) for leaf in leaves)


def _aval(leaf: Any) -> Any:
    if hasattr(leaf, "shape") and hasattr(leaf, "dtype"):
        return tuple(leaf.shape), leaf.dtype, bool(getattr(leaf, "weak_type", False))
    return type(leaf)
