"""A model is data plus one pure function.

Everything in aann takes a ``Model`` and returns one or a function: no wrapping class, no hooks.
``splice`` gives back a ``Model`` too, so that interventions compose.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import jax
import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """A pretrained network.

    Attributes:
        apply: pure function ``(params, inputs) -> outputs`` with ``aann.site`` marks.
        params: pytree of arrays.
        name: what replacements and reports call it.
        inputs: shape and dtype of ONE example, without the batch axis. Only what works without
            being shown inputs (``aann.sites(model)``, ``aann.evaluate``) needs it.
        inline_custom_rules: allow sites inside ``jax.custom_jvp``/``custom_vjp`` functions. Such
            a function is replaced by its body, which loses its own derivative rule.
    """

    apply: Callable[[Any, Any], Any]
    params: Any
    name: str = ""
    inputs: jax.ShapeDtypeStruct | None = None
    inline_custom_rules: bool = False

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
                "inputs=jax.ShapeDtypeStruct(shape_without_batch, dtype) to aann.Model"
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
            array = np.ascontiguousarray(leaf)
            digest.update(f"{name} {array.shape} {array.dtype}\0".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


_leaves = jax.tree_util.tree_leaves_with_path
