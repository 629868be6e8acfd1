"""The losses of one batch with every unit of a site replaced alone: what a sweep compiles.

Units are mapped over inside the compiled function: one after the other on a CPU, where a batch's
logits stay in its cache, and many at a time on an accelerator.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from aann.evaluation import metrics as metrics_of
from aann.machine.machine import Machine
from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.cut import cut
from aann.sweeps.low_rank import moved
from aann.sweeps.single import Singles

_IN_FLIGHT = 2**24  # numbers computed at a time on an accelerator: 64 MB


@dataclasses.dataclass(frozen=True, eq=False)
class OneByOne:
    """Functions of a batch, to be put under ``jax.jit``.

    Attributes:
        model: the model; its parameters are arguments.
        site: where the units are.
        single: which units, and where.
        rows: of the low-rank table; None runs the suffix.
    """

    model: Model
    site: str
    single: Singles
    rows: Int[np.ndarray, " rows"] | None

    __repr__ = brief

    def losses(
        self,
        state: tuple[Any, Any],
        inputs: Any,
        labels: Array | None,
        scored: Array | None,
        values: Array,
        metrics: Sequence[str],
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Losses with each unit replaced, metric -> (units, batch), and intact, (batch,).

        Args:
            state: the model's parameters, and the table of a low-rank sweep or None.
            inputs: (batch, ...).
            labels: of the batch.
            scored: where losses count if there are no labels.
            values: (units, *rest), what is written.
            metrics: names.
        """
        params, table = state
        pieces = cut(self.model, self.site, inputs)
        prepared = pieces.prepare(params)
        at, crossing = pieces.prefix(prepared, inputs)
        natural = at[self.site]
        intact = pieces.suffix(prepared, at, crossing)

        def judge(logits: Array) -> dict[str, Array]:
            found = metrics_of.per_example(logits, intact, labels, scored)
            return {name: found[name] for name in metrics}

        def updated(unit: tuple[Array, Array]) -> dict[str, Array]:
            return judge(intact + moved(*unit))

        def rerun(unit: tuple[Array, Array]) -> dict[str, Array]:
            written = self.single.write(natural, *unit)
            return judge(pieces.suffix(prepared, {self.site: written}, crossing))

        if self.rows is None:
            units = (jnp.asarray(self.single.units), values.astype(natural.dtype))
            return _map(rerun, units, natural.size + intact.size), judge(intact)
        return _map(
            updated, (self._change(natural, values, table.dtype), table), intact.size
        ), judge(intact)

    def totals(
        self, state: tuple[Any, Any], inputs: Any, present: Array | None, count: Array
    ) -> tuple[Array, Array]:
        """Sums of the units' values where they count, and how many values those are.

        Of the first ``count`` examples, at positions where there is something.

        Returns:
            (units, *rest), and (*rest).
        """
        pieces = cut(self.model, self.site, inputs)
        at, _ = pieces.prefix(pieces.prepare(state[0]), inputs)
        parts = self.single.values(at[self.site]).astype(jnp.float32)
        real = jnp.arange(parts.shape[1], dtype=jnp.int32) < count
        counted = jnp.expand_dims(real, tuple(range(1, parts.ndim - 1)))
        if present is not None and (axis := self.single.present_axis(present.shape)) is not None:
            others = tuple(i + 1 for i in range(parts.ndim - 2) if i != axis)
            counted = counted & jnp.expand_dims(present, others)
        counted = jnp.broadcast_to(counted, parts.shape[1:])
        total = jnp.where(counted[None], parts, jnp.zeros_like(parts)).sum(axis=1)
        return total, counted.sum(axis=0)

    def _change(self, natural: Array, values: Array, dtype: Any) -> Array:
        """(units, batch, rows): new minus old values at the places that reach an output."""
        old = self.single.values(natural)
        old = old.reshape(*old.shape[:2], -1)[:, :, jnp.asarray(self.rows)]
        new = values.reshape(len(values), -1)[:, jnp.asarray(self.rows)].astype(old.dtype)
        change = new.astype(dtype)[:, None] - old.astype(dtype)
        # Where a value is NaN, at padding, outputs that it reaches are NaN as they are; a product
        # with the table would spread it to those that it does not reach.
        return jnp.where(jnp.isfinite(change), change, jnp.zeros_like(change))


def _map(function: Callable[[Any], dict[str, Array]], units: Any, numbers: int) -> dict[str, Array]:
    """Map over units; ``numbers`` is how many one of them takes."""
    at_once = 1 if jax.default_backend() == "cpu" else max(1, _IN_FLIGHT // numbers)
    results: dict[str, Array] = jax.lax.map(
        function, units, batch_size=at_once if at_once > 1 else None
    )
    return results


def even_size(n: int, most: int, machine: Machine) -> int:
    """A batch size of at most ``most`` that leaves the last of ``n`` examples' batches full.

    On several devices it is rounded up to a multiple of their number, as ``most`` is.

    Raises:
        ValueError: ``most`` is below the number of devices.
    """
    most = machine.batch_size(most)
    return machine.batch_size(max(math.ceil(n / math.ceil(n / most)), machine.devices))
