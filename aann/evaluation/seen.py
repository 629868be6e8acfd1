"""What a program could know of some design examples: the values at its reads and at its units.

They are run once through the bench's prefix and kept on the host, for what goes through them many
times: a network's training, a search of neighbours. Where they do not fit the machine's memory, as
many examples as do, picked by their names and a seed.
"""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float32

from aann.bench.present import AtUnits, present_at
from aann.bench.workbench import Workbench
from aann.data.examples import Design
from aann.evaluation.donors import cluster_ranks, donor_order
from aann.evaluation.finite import check_finite
from aann.machine.processes import in_order
from aann.shown.brief import brief, word
from aann.statistics.indices import is_seed
from aann.store.passes import Pass

FEWEST = 10
"""Design examples, or groups of them, to fit a function on."""


@dataclasses.dataclass(frozen=True, eq=False)
class Seen(AtUnits):
    """Values of one replacement's reads and units on design examples.

    Attributes:
        reads: (n, ...) float32 or int32, laid out as ``Workbench.channels_last`` has them.
        natural: (n, *places, *coordinates, units).
        present: (n, *places), where values count, or None: everywhere.
        coordinates: axes before the last that are coordinates of a unit.
        design: the examples, in order.
    """

    reads: tuple[np.ndarray, ...]
    natural: Float32[np.ndarray, "n *axes"]
    present: Bool[np.ndarray, "n *places"] | None
    coordinates: int
    design: Design

    __repr__ = brief

    @property
    def table(self) -> Float32[np.ndarray, "n places columns"]:
        """Natural values, positions in one axis, coordinates and units in another."""
        return self.natural.reshape(len(self.natural), int(np.prod(self.places)), -1)


def check_design(design: Any, what: str) -> None:
    """Refuse all but design examples, and too few of them.

    Args:
        design: what was passed.
        what: is fitted.

    Raises:
        TypeError: they are no ``Design``.
        ValueError: fewer than ``FEWEST``, or fewer groups.
    """
    if not isinstance(design, Design):
        split = getattr(design, "split", type(design).__name__)
        raise TypeError(
            f"{what} is fitted on design examples only, got the {split!r} part of "
            f"{getattr(design, 'name', '?')!r}: aann.split(examples) makes the halves"
        )
    units, count = "design examples", len(design)
    if design.groups is not None:
        units, count = "groups of design examples", len(set(design.groups))
    if count < FEWEST:
        raise ValueError(
            f"{what} needs at least {FEWEST} {units}, some of which are kept apart: "
            f"{design.name!r} has {count}"
        )


def see(
    bench: Workbench, design: Design, *, seed: int = 0, progress: bool = False
) -> tuple[list[Seen], str]:
    """Run the network up to the units.

    Args:
        bench: the replacements, ready to run.
        design: examples to look at.
        seed: picks examples where not all fit.
        progress: show it.

    Returns:
        One for each replacement, in order; a remark where examples were left out, else "".

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: there are too few, or too few fit; no seed; NaN or infinity from the network.
    """
    check_design(design, "a prediction from reads")
    if not is_seed(seed):
        raise ValueError(f"seed is a whole number, 0 or more, got {word(seed)}")
    few, remark = _fitting(bench, design, seed)
    found: dict[int, tuple[list[Any], list[Any]]] = {}
    with Pass(bench, few, progress=progress) as run:
        for batch in run.batches():
            n = len(batch.names)
            naturals, reads = bench.look(run.start(batch))
            natural = [np.asarray(x[:n], np.float32) for x in naturals]
            at = [
                [_plain(x[:n]) for x in bench.channels_last(i, mine)]
                for i, mine in enumerate(reads)
            ]
            found[batch.indices[0]] = natural, at
    order = in_order(bench.machine.gather(found))
    seen = []
    for i, r in enumerate(bench.replacements):
        values = np.concatenate([natural[i] for natural, _ in order])
        inputs = tuple(map(np.concatenate, zip(*(at[i] for _, at in order), strict=True)))
        present = present_at(bench, i, few.present)
        check_finite(values, few.names, r, "the intact model", present)
        seen.append(Seen(inputs, values, present, bench.coordinates(i), few))
    return seen, remark


def apart(design: Design, share: float, seed: int) -> Bool[np.ndarray, " n"]:
    """Which examples are kept apart: whole groups, by their names and a seed."""
    rank = cluster_ranks(design, seed)
    clusters = int(rank.max()) + 1
    return np.asarray(rank < min(max(round(share * clusters), 1), clusters - 1))


def _plain(x: jax.Array) -> np.ndarray:
    kind = np.int32 if np.issubdtype(x.dtype, np.integer) else np.float32
    return np.asarray(x).astype(kind)


def _fitting(bench: Workbench, design: Design, seed: int) -> tuple[Design, str]:
    """As many examples as the machine's memory holds, and a remark where that is not all."""
    shapes = [*bench.naturals, *(read for reads in bench.reads for read in reads)]
    one = sum(4 * int(np.prod(x.shape[1:])) for x in shapes)
    most = bench.machine.budget // (2 * one)  # training holds a second copy of some
    if most >= len(design):
        return design, ""
    if most < FEWEST:
        raise ValueError(
            f"values at reads and units take {one / 2**20:.3g} MiB an example, and twice those of "
            f"{FEWEST} do not fit the machine's memory of {bench.machine.budget / 2**20:.3g} MiB: "
            "pass aann.Machine(memory=...)"
        )
    chosen = sorted(donor_order(design.names, seed)[:most])
    remark = f"networks are fitted on {most:,} of {len(design):,} design examples: memory"
    return design.take(chosen), remark
