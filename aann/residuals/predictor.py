"""An activation-predicting model: a small network from a program's reads to its units.

    (small,) = aann.residuals.network(model, program, design, size=3_000)
    small.r2, small.apply(*reads)

It says what a function of the same reads reaches that nobody reads: with the linear prediction it
brackets the program. It is trained on design examples, some of which are kept apart, whole groups:
they decide when training stops, and R2 and correlation are theirs. That the stop was chosen on them
flatters a little; ``aann.residuals.predictability`` predicts each example by fits that have not
seen it.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.bench import network as small
from aann.bench.ablation import Row, View
from aann.bench.network import Trained
from aann.bench.workbench import Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Design
from aann.evaluation import network_fit
from aann.evaluation.network_settings import Networks, networks
from aann.evaluation.network_sizes import shapes as shapes_of
from aann.evaluation.seen import Seen, apart, check_design, see
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.placed import Units, placed
from aann.residuals.predicted import Ends, ends
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.agreement import Part, agreement
from aann.statistics.each import each, kept, together

CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True, eq=False)
class Predictor:
    """A trained network.

    Attributes:
        place: the units, and the sites that are read.
        shape: of its layers.
        state: what it knows.
        r2: (units, 3) on the examples kept apart, with intervals over them.
        correlation: (units, 3), Pearson's, likewise.
        mean_r2: (3,), over units.
        mean_correlation: likewise.
        apart: names of the examples kept apart.
        curve: (looks, 3): step, loss on the examples fitted to, loss on those kept apart; 1 is the
            loss of the mean.
        best: step whose parameters were kept.
        stopped: step after which training ended.
        bench: the model, cut at the units.
    """

    place: Replacement
    shape: Any
    state: Trained
    r2: Ends
    correlation: Ends
    mean_r2: Float[np.ndarray, " 3"]
    mean_correlation: Float[np.ndarray, " 3"]
    apart: tuple[str, ...]
    curve: Float[np.ndarray, "looks 3"]
    best: int
    stopped: int
    bench: Workbench

    __repr__ = brief

    @property
    def weights(self) -> int:
        """Numbers that it knows, those that scale reads and results among them."""
        return self.state.weights

    def apply(self, *reads: Any) -> Float[Array, "batch *places units"]:
        """The units' values that it predicts, units last.

        Args:
            reads: (batch, ...) values at the sites, as the model has them.

        Raises:
            ValueError: another number of reads, or of another shape.
        """
        expected = [tuple(x.shape[1:]) for x in self.bench.reads[0]]
        got = [tuple(np.shape(x)[1:]) for x in reads]
        if got != expected:
            raise ValueError(
                f"the network reads {', '.join(self.place.reads)}: values of shapes "
                f"{', '.join(f'(batch, {str(s)[1:]}' for s in expected)}; got "
                f"{[tuple(np.shape(x)) for x in reads]}"
            )
        given = self.bench.channels_last(0, tuple(jnp.asarray(x) for x in reads))
        batch = len(given[0])
        natural = jax.ShapeDtypeStruct(
            (batch, *self.bench.naturals[0].shape[1:]), self.bench.naturals[0].dtype
        )
        view = View(jnp.zeros(natural.shape, natural.dtype), given, jnp.zeros(batch, int), None)
        return small.Rung(self.shape)(self.state, view)

    def row(self, name: str = "small network") -> Row:
        """It as a row of a ladder: ``aann.bench.ablation``."""
        return Row(name, "fit", small.Rung(self.shape), self.state, scalars=self.weights)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predictors(Tabular):
    """Networks of several sizes, from the smallest.

    Attributes:
        parts: the networks.
        notes: what was left out.
    """

    parts: tuple[Predictor, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Any:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, k: int) -> Predictor:
        return self.parts[k]

    def _shown(self) -> Shown:
        first = self.parts[0]
        head = [
            f"Small networks from {', '.join(first.place.reads)} to {first.place.site}",
            f"R² and correlation on {len(first.apart):,} design examples that were kept apart to "
            "stop by",
        ]
        rows = [
            [f"{p.weights:,}", str(p.shape.width), ends(p.mean_r2), ends(p.mean_correlation),
             f"{p.best:,} of {p.stopped:,}"]
            for p in self.parts
        ]  # fmt: skip
        cells = [["numbers", "width", "R²", "correlation", "best step"], *rows]
        return Shown(head, cells, self.notes, left=0)


@ends_together
def network(
    model: Model,
    to_units: Units,
    design: Design,
    *,
    size: int | Sequence[int] | Networks,
    from_sites: str | Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Predictors:
    """Train small networks from what a program reads to its units.

    Args:
        model: the pretrained network.
        to_units: a program: its units and reads; or units, see ``aann.residuals.placed``.
        design: examples to fit on.
        size: about how many numbers each may know, or ``Networks`` with all settings.
        from_sites: other sites to read.
        seed: of parameters, orders of examples, and which are kept apart.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: sizes that no network has; too few examples; unknown sites or units; NaN or
            infinity from the model.
    """
    check_design(design, "a small network")
    settings = networks(size)
    if settings is None:
        raise ValueError("size= is about how many numbers a small network may know, got None")
    machine = machine or Machine()
    place = placed(model, from_sites, to_units)
    bench = workbench(model, place, size_for(len(design), model, batch_size, machine), machine)
    (seen,), remark = see(bench, design, seed=seed, progress=progress)
    chosen = apart(seen.design, settings.apart, seed)
    shapes = dict.fromkeys(shapes_of(bench, 0, seen, settings))
    parts = tuple(
        _trained(bench, shape, seen, chosen, settings, seed, progress) for shape in shapes
    )
    return Predictors(parts, (remark,) if remark else ())


def _trained(
    bench: Workbench, shape: Any, seen: Seen, chosen: np.ndarray, settings: Networks, seed: int,
    progress: bool,
) -> Predictor:  # fmt: skip
    fit = network_fit.train(shape, seen, chosen, settings, seed=seed, progress=progress)
    rows, units = np.flatnonzero(chosen), seen.natural.shape[-1]
    natural = seen.natural[rows]
    values = network_fit.predicted(shape, fit.state, seen, rows).reshape(natural.shape)
    here = None if seen.present is None else seen.present[rows]
    part = seen.design.take(rows)
    sums = each(natural, values, here, seen.coordinates)
    agreed = agreement([Part(kept(sums, units), together(sums), units)], part.groups, CONFIDENCE)
    return Predictor(
        place=bench.replacements[0],
        shape=shape,
        state=fit.state,
        r2=agreed.units[1],
        correlation=agreed.units[0],
        mean_r2=agreed.means[1],
        mean_correlation=agreed.means[0],
        apart=part.names,
        curve=fit.curve,
        best=fit.best,
        stopped=fit.stopped,
        bench=bench,
    )
