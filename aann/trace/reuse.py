"""Compiled pieces of models, kept between calls.

A piece belongs to what it was made from: the model's function, the shapes and dtypes of its
parameters and inputs, JAX's settings, and whatever else its maker depends on, which goes into the
key. Parameters are arguments of every piece: a model with other weights finds the same ones.

    pieces = Reuse(model)
    run = pieces.get(("patch", names), lambda shell: jax.jit(...), like=batch)
    run(model.params, inputs)

Pieces know the function weakly: when the model is gone they go, too. The ``MOST`` that were used
last are kept. Sharp edge: a model's function is pure, as under ``jax.jit``; what it closes over is
taken to be what it was at the first call.
"""

import dataclasses
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import jax

from aann.model import Model
from aann.shown.brief import brief

MOST = 256
"""How many pieces are kept."""

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
        settings = tuple(getattr(jax.config, name, None) for name in _SETTINGS)
        more = (model.name, model.inputs, model.inline_custom_rules, settings)
        key = (id(owner), what, self.recipe, _signature(model.params), _signature(like), more)
        found: T
        with _LOCK:
            if key in _PIECES:
                _PIECES.move_to_end(key)
                found = _PIECES[key]
                return found
        shell = _shell(model, owner)
        found = make(self.derive(shell) if self.derive else shell)
        with _LOCK:
            if id(owner) not in _OWNERS:
                _OWNERS[id(owner)] = weakref.ref(owner, _forgetter(id(owner)))
            _PIECES[key] = found
            while len(_PIECES) > MOST:
                _PIECES.popitem(last=False)
        return found


_PIECES: OrderedDict[Any, Any] = OrderedDict()
_OWNERS: dict[int, weakref.ref[Any]] = {}
_LOCK = threading.RLock()  # a collection, and so a forgetter, may run while it is held


def kept() -> int:
    """How many pieces are kept, of all models."""
    return len(_PIECES)


def _forgetter(number: int) -> Callable[[Any], None]:
    """Drops all pieces of an owner that is gone, before its id can be another one's."""

    def forget(_: Any) -> None:
        with _LOCK:
            _OWNERS.pop(number, None)
            for key in [key for key in _PIECES if key[0] == number]:
                del _PIECES[key]

    return forget


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
