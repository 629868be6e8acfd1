"""Marks that name an activation inside model code.

``site("mixed3b", x)`` returns ``x`` and leaves an equation called ``aann_site`` in the jaxpr.
The mark is a JAX primitive that is the identity under every transformation and lowers to
nothing, so that a marked model compiles to the same operations as an unmarked one. Because the
mark lives in the traced program and not in a Python-side hook, it survives the cache of
``jax.jit``.

Sharp edges: derivatives carry marks on the primal values only. Under ``jax.vmap`` a site's value
has the mapped axis first, and ``name[2]`` is what lane 2 contributes.
"""

import re

import jax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

INPUT = "input"
"""The name of the site that every model has: what it is called on."""

site_p = Primitive("aann_site")
site_p.def_impl(lambda x, *, name, mapped: x)
site_p.def_abstract_eval(lambda x, *, name, mapped: x)
mlir.register_lowering(site_p, lambda ctx, x, *, name, mapped: [x])
ad.primitive_jvps[site_p] = lambda primals, tangents, *, name, mapped: (
    site_p.bind(primals[0], name=name, mapped=mapped),
    tangents[0],
)
ad.primitive_transposes[site_p] = lambda cotangent, x, *, name, mapped: [cotangent]


def _batched(
    args: tuple[jax.Array], dims: tuple[int], *, name: str, mapped: tuple[int, ...]
) -> tuple[jax.Array, int]:
    """Remember where ``vmap`` put its axis; nothing is moved."""
    (x,), (new,) = args, dims
    axes = (new, *(axis + (axis >= new) for axis in mapped))
    return site_p.bind(x, name=name, mapped=axes), new


batching.primitive_batchers[site_p] = _batched


def site(name: str, x: jax.Array) -> jax.Array:
    """Mark ``x`` as the activation called ``name`` and return it unchanged.

    Args:
        name: how ``aann.sites``, ``capture`` and ``splice`` address it. Marks of one name get the
            suffixes ``#0``, ``#1``, ... in the order of execution.
        x: array of any shape and dtype.

    Raises:
        ValueError: the name is empty, is ``"input"`` (taken by the model's inputs) or ends like
            a numbered repetition (``#0``) or the rest of a loop (``[+1]``).
        TypeError: the name is not a string, or ``x`` is not one array.
    """
    if not isinstance(name, str):
        raise TypeError(f"a site's name is a string, got {name!r}")
    _, hash_mark, number = name.rpartition("#")
    numbered = bool(hash_mark) and number.isdigit()
    if not name or name == INPUT or numbered or re.search(r"\[\+\d+\]$", name):
        raise ValueError(
            f"{name!r} cannot name a site: names are not empty, 'input' stands for the model's "
            "inputs, and endings like '#0' or '[+1]' are given to repeated marks"
        )
    if len(jax.tree.leaves(x)) != 1 or not hasattr(x, "shape"):
        raise TypeError(
            f"site {name!r} marks one array, got {type(x).__name__}; mark each array of a "
            "structure under a name of its own"
        )
    marked: jax.Array = site_p.bind(x, name=name, mapped=())
    return marked
