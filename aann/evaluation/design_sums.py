"""What a fit adds up over the design examples, batch by batch, for one replacement.

Sums can be taken out and put back (``state``, ``restore``), so that a fit that was interrupted ends
in the same bits, and are put together over processes (``gather``).
"""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from aann.bench.present import columns, present_at
from aann.bench.workbench import Workbench
from aann.evaluation.finite import check_finite
from aann.evaluation.fitted import Fitted
from aann.evaluation.linear_sums import LinearSums
from aann.statistics.moments import affine, empty, mean, merge, moments, pooled
from aann.store.results import Arrays


class DesignSums:
    """Running sums for one replacement.

    Args:
        bench: the replacements, ready to run.
        i: which of them.
        donors: positions of the examples whose values are kept.
        present: (n, positions) booleans of the design examples, or None, see ``Examples``.
        prediction: sums of the linear prediction, if there is to be one.
    """

    def __init__(
        self,
        bench: Workbench,
        i: int,
        donors: Sequence[int],
        present: Bool[np.ndarray, "n positions"] | None,
        prediction: LinearSums | None,
    ) -> None:
        self.bench, self.i, self.prediction = bench, i, prediction
        self.present = present_at(bench, i, present)
        self.coordinates = bench.coordinates(i)
        natural = bench.naturals[i].shape[1:]
        places = len(natural) - 1 - self.coordinates
        self.count = np.zeros((*natural[:places], *[1] * (self.coordinates + 1)))
        self.total = np.zeros(natural)
        self.moments = empty((), int(np.prod(natural[places:])))
        self.donors = list(donors)
        self.place = {int(example): k for k, example in enumerate(donors)}
        self.natural: list[np.ndarray] = [np.empty(0)] * len(donors)
        self.output: list[np.ndarray] = [np.empty(0)] * len(donors)

    def add(
        self,
        natural: Float[Array, "batch *positions units"],
        output: Float[Array, "batch *positions units"],
        indices: Sequence[int],
        names: Sequence[str],
    ) -> None:
        """Add the values of a batch: natural ones, and what the program says.

        Raises:
            ValueError: NaN or infinity among those that count.
        """
        replacement = self.bench.replacements[self.i]
        mine, theirs = (np.asarray(x[: len(indices)]) for x in (output, natural))
        here = None if self.present is None else self.present[list(indices)]
        check_finite(theirs, names, replacement, "the intact model", here)
        check_finite(mine, names, replacement, replacement.name, here)
        counted = np.ones((len(indices), *self.count.shape))
        if here is not None:
            counted = here.reshape(counted.shape).astype(np.float64)
        self.count = self.count + counted.sum(0)
        known = np.where(counted > 0, theirs.astype(np.float64), 0.0)
        self.total = self.total + known.sum(0)
        both = (columns(x, here, self.coordinates) for x in (theirs, mine))
        self.moments = merge([self.moments, moments(*both)])
        for row, example in enumerate(indices):
            if example in self.place:
                # Copies: a view would keep its whole batch in memory.
                self.natural[self.place[example]] = theirs[row].copy()
                self.output[self.place[example]] = mine[row].copy()

    def add_rows(self, reads: Sequence[Any], natural: Array, indices: Sequence[int]) -> None:
        """Add rows of a batch to the equations of the linear prediction, if there is one."""
        if self.prediction is not None:
            self.prediction.add(reads, natural, indices)

    def state(self) -> Arrays:
        """Everything added so far, as arrays."""
        seen = [k for k, donor in enumerate(self.natural) if donor.size]
        arrays: Arrays = {
            "count": self.count, "total": self.total, "moments": self.moments,
            "seen": np.asarray(seen, np.int64),
        }  # fmt: skip
        if self.prediction is not None:
            arrays |= {f"linear/{name}": x for name, x in self.prediction.state().items()}
        if seen:
            arrays["donors"] = np.stack([self.natural[k] for k in seen])
            arrays["outputs"] = np.stack([self.output[k] for k in seen])
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Put back what ``state`` returned."""
        self.count, self.total, self.moments = (
            arrays[name] for name in ("count", "total", "moments")
        )
        if self.prediction is not None:
            of = {n.partition("/")[2]: x for n, x in arrays.items() if n.startswith("linear/")}
            self.prediction.restore(of)
        for row, k in enumerate(arrays["seen"]):
            self.natural[k], self.output[k] = arrays["donors"][row], arrays["outputs"][row]

    def gather(self) -> None:
        """Put together what all processes have of their examples."""
        gather = self.bench.machine.gather
        counts, totals, sums = zip(*gather((self.count, self.total, self.moments)), strict=True)
        self.count, self.total, self.moments = _added(counts), _added(totals), merge(sums)
        if self.prediction is not None:
            self.prediction.gather()
        for values in (self.natural, self.output):
            for theirs in gather(values):
                for k, value in enumerate(theirs):
                    values[k] = value if value.size else values[k]

    def fitted(self) -> Fitted:
        """What follows from the sums."""
        natural = self.bench.naturals[self.i]
        shape, dtype = natural.shape[1:], natural.dtype
        slope, offset = affine(pooled(self.moments, shape[-1]))
        own = mean(self.moments).reshape(shape[-1 - self.coordinates :])
        everywhere = np.broadcast_to(own, shape)
        by_position = np.divide(self.total, self.count, out=everywhere.copy(), where=self.count > 0)
        present = None if self.present is None else self.present[self.donors]
        prediction = self.prediction
        arrays = {
            "mean": jnp.asarray(everywhere, dtype),
            "position_mean": jnp.asarray(by_position, dtype),
            "donors": jnp.asarray(_filled(np.stack(self.natural), present, by_position)),
            "donor_outputs": jnp.asarray(_filled(np.stack(self.output), present, by_position)),
            "slope": jnp.asarray(slope, dtype),
            "offset": jnp.asarray(offset, dtype),
            "linear": None if prediction is None else prediction.fitted(),
        }
        remark = None if prediction is None else prediction.remark()
        return Fitted(
            **self.bench.machine.everywhere(arrays),
            places=int(np.prod(shape[: -1 - self.coordinates])),
            remarks=(remark,) if remark else (),
        )


def _filled(
    donors: Float[np.ndarray, "donors *places units"],
    present: Bool[np.ndarray, "donors *positions"] | None,
    position_mean: Float[np.ndarray, "*places units"],
) -> np.ndarray:
    """Donors whose padding has the values of the next donor that has something there.

    Positions where none has anything get the mean there.
    """
    if present is None:
        return donors
    n = len(donors)
    later = np.where(np.concatenate([present, present]), np.arange(2 * n).reshape(
        -1, *[1] * (present.ndim - 1)), 2 * n)  # fmt: skip
    following = np.minimum.accumulate(later[::-1], axis=0)[::-1][:n]
    source = (following % n).reshape(*present.shape, *[1] * (donors.ndim - present.ndim))
    filled = np.take_along_axis(donors, np.broadcast_to(source, donors.shape), axis=0)
    known = (following < 2 * n).reshape(source.shape)
    return np.where(known, filled, position_mean[None]).astype(donors.dtype)


def _added(parts: Sequence[np.ndarray]) -> np.ndarray:
    return functools.reduce(operator.add, parts)
