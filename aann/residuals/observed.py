"""What the network and the programs have at each replaced unit, for every example."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Float32

from aann.bench.present import AtUnits, present_at
from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.evaluation.finite import check_finite
from aann.machine.processes import in_order
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.store.passes import Pass

Values = Float32[np.ndarray, "n *axes"]


@dataclasses.dataclass(frozen=True, eq=False)
class Observed(AtUnits):
    """Values at one replacement's units.

    Attributes:
        replacement: the program, its site and units.
        natural: (n, *places, *coordinates, units) what the network has there.
        artificial: likewise, what the program puts there.
        present: (n, *places) booleans, where values count, or None: everywhere.
        coordinates: how many axes before the last are coordinates of a unit, see
            ``aann.program.coordinates``.
        examples: that these are of, in order.
    """

    replacement: Replacement
    natural: Values
    artificial: Values
    present: Bool[np.ndarray, "n *places"] | None
    coordinates: int
    examples: Examples

    __repr__ = brief

    @property
    def columns(self) -> int:
        """Units times coordinates."""
        return int(np.prod(self.natural.shape[1 + len(self.places) :]))

    def grids(
        self,
    ) -> tuple[Float[np.ndarray, "n places columns"], Float[np.ndarray, "n places columns"]]:
        """Natural and artificial, positions in one axis, coordinates and units in another."""
        shape = (len(self.natural), int(np.prod(self.places)), self.columns)
        return self.natural.reshape(shape), self.artificial.reshape(shape)

    def residual(self) -> Float[np.ndarray, "n places columns"]:
        """Natural minus artificial; 0 where values do not count."""
        natural, artificial = self.grids()
        return np.where(self.here[..., None], natural - artificial, np.float32(0))


def observe(bench: Workbench, examples: Examples, *, progress: bool = False) -> list[Observed]:
    """Run the network up to the units once, and the programs beside it.

    A lower program reads what the programs above it put there, as in a report.

    Args:
        bench: with the replacements.
        examples: all are kept.
        progress: show it.

    Returns:
        One for each replacement, in order.

    Raises:
        ValueError: NaN or infinity from the network or a program; more values than
            ``machine.memory``.
    """
    _check_room(bench, examples)
    present = [present_at(bench, i, examples.present) for i in range(len(bench.replacements))]
    found: dict[int, list[list[np.ndarray]]] = {}
    with Pass(bench, examples, progress=progress) as run:
        for batch in run.batches():
            started, n, at = run.start(batch), len(batch.names), list(batch.indices)
            natural, artificial = (
                [np.asarray(x[:n], np.float32) for x in values]
                for values in (
                    bench.values(started, lambda i, natural, reads: natural),
                    bench.computed(started),
                )
            )
            for i, r in enumerate(bench.replacements):
                here = None if present[i] is None else present[i][at]  # type: ignore[index]
                check_finite(natural[i], batch.names, r, "the intact model", here)
                check_finite(artificial[i], batch.names, r, r.what, here)
            found[at[0]] = [natural, artificial]
    order = in_order(bench.machine.gather(found))
    return [
        Observed(
            replacement=r,
            natural=np.concatenate([natural[i] for natural, _ in order]),
            artificial=np.concatenate([artificial[i] for _, artificial in order]),
            present=present[i],
            coordinates=bench.coordinates(i),
            examples=examples,
        )
        for i, r in enumerate(bench.replacements)
    ]


def _check_room(bench: Workbench, examples: Examples) -> None:
    one = sum(int(np.prod(natural.shape[1:])) for natural in bench.naturals)
    needed, budget = 2 * one * np.dtype(np.float32).itemsize * len(examples), bench.machine.budget
    if needed > budget:
        fit = max(budget * len(examples) // needed, 1)
        raise ValueError(
            f"values of {one:,} units and positions for {len(examples):,} examples, natural and "
            f"artificial, take {needed / 2**30:.2g} GiB, and the machine's memory is "
            f"{budget / 2**30:.2g} GiB: look at fewer examples, examples.take(range({fit})), or "
            "pass aann.Machine(memory=...)"
        )
