"""How many bits for how much recovered: many programs at one place, and the front of the best.

    dose = aann.settings(program, gain=[1, 2, 4], digits=[1, 2, 3])
    chosen = aann.pareto(model, [*dose, another], design)      # picks the front
    print(chosen.report(heldout))                              # says what it is worth

The front is chosen on design examples and reported on held-out ones; the two steps take different
types, so that no figure of a report was used to pick its row. It matters: the best of many settings
that are equally good is the luckiest one on the examples that it was picked by (the winner's
curse), so that its recovered there is too high, the more so the more settings and the fewer
examples there are. Beside the held-out figure the report shows what the design half had promised.

All settings run on one prefix, programs that differ in constants alone share one compiled suffix,
and source is compressed once a program.

Sharp edge: held-out intervals are of the settings that were picked. That others might have been
picked on other design examples is not in them.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.counting import complexity
from aann.counting.natural import of_units
from aann.data.examples import Design, Examples, HeldOut
from aann.data.halves import check_halves
from aann.data.provenance import command, described, versions
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.estimate import Damage, Estimate
from aann.shown.screen import html, screen
from aann.statistics.bootstrap import MINIMUM, Recovered, difference, recovered
from aann.statistics.interval import Interval, Setting
from aann.sweeps import pareto_table
from aann.sweeps.front import front
from aann.sweeps.pareto_data import ParetoData, Point
from aann.sweeps.residuals import residual_bits
from aann.sweeps.settings import sweep
from aann.sweeps.sweep_losses import check_examples


class Pareto(ParetoData):
    """What ``aann.pareto`` chose, and after ``report`` what that is worth: see ``ParetoData``."""

    def report(self, heldout: HeldOut) -> "Pareto":
        """Measure what is on the front, and nothing else, on held-out examples.

        Args:
            heldout: examples that are not among the design examples.

        Raises:
            TypeError: they are no held-out examples.
            ValueError: the front is empty, there are examples in both halves, or as ``pareto``.
        """
        check_halves(heldout, self.examples)
        if not self.chosen:
            raise ValueError("the front is empty: no setting recovered more than zero-ablation")
        setting = Setting(self.draws, self.seed, self.confidence, groups=heldout.groups)
        losses = _losses(
            self.network, self.chosen, heldout, self.metric, self.batch_size, self.machine
        )
        found = _recovered(losses, setting, self.metric)
        left = residual_bits(
            self.network, self.chosen, heldout, self.confidence, batch_size=self.batch_size,
            machine=self.machine,
        )  # fmt: skip
        measured = iter(zip(_estimates(found.ratio), _steps(found.ratio), left, strict=True))
        points = []
        for point in self.points:
            estimate, step, bits = next(measured) if point.on_front else (None, None, None)
            points.append(
                dataclasses.replace(point, heldout=estimate, step=step, residual_bits=bits)
            )
        return dataclasses.replace(
            self, points=points, data={**self.data, "heldout": described(heldout)},
            damage={**self.damage, "heldout": Damage.of(found.damage[0])},
            arrays={**self.arrays, "losses/heldout": losses},
        )  # fmt: skip

    def markdown(self) -> str:
        """A Markdown page: the front, then all settings."""
        return pareto_table.page(self)

    def __repr__(self) -> str:
        return screen(pareto_table.front(self))

    def __str__(self) -> str:
        return pareto_table.text(self)

    def _repr_html_(self) -> str:
        return html(pareto_table.front(self))


def pareto(
    model: Model, programs: Sequence[Replacement], design: Design, *, metric: str = "kl",
    seed: int = 0, draws: int = 10_000, confidence: float = 0.95, batch_size: int | None = None,
    machine: Machine | None = None,
) -> Pareto:  # fmt: skip
    """Choose, among many programs for the same units, those that are worth their bits.

    Args:
        model: returns logits.
        programs: settings of one program (``aann.settings``) or of several, with different names;
            all write at the same places and read the same sites.
        design: examples to choose by.
        metric: by which loss, of ``aann.sweeps.sweep_losses.METRICS``.
        seed: of the bootstrap.
        draws: of the bootstrap.
        confidence: of the intervals.
        batch_size: of the compiled functions; by default by the size of an example.
        machine: devices and processes to use, their precision, and where to keep the prefix.

    Raises:
        TypeError: ``design`` is no design half; a program of a wrong dtype, or that JAX cannot
            trace.
        ValueError: no programs, names that occur twice, programs for different places or of wrong
            shapes, too few examples, zero-ablation that does no damage by this metric, or losses
            that are not finite.
    """
    if not isinstance(design, Design):
        raise TypeError(
            f"the front is chosen on design examples, got {type(design).__name__}: use the first "
            "half of aann.split(examples), and .report(heldout) with the second"
        )
    _check_programs(programs, design)
    check_examples(model, design, [metric])
    setting = Setting(draws, seed, confidence, groups=design.groups)
    bench = workbench(model, programs[0], 1)  # for the shapes
    check_programs(bench, [(program,) for program in programs])
    costs = complexity.measure_settings(programs, bench.reads[0])
    bits = np.asarray([cost.bits for cost in costs], dtype=float)
    order = np.argsort(bits, kind="stable").tolist()
    chosen = [programs[i] for i in order]
    losses = _losses(model, chosen, design, metric, batch_size, machine)
    found = _recovered(losses, setting, metric)
    on_front = front(bits[order], found.ratio.estimate)
    points = [
        Point(r.name, _values(r), costs[i].constants, float(bits[i]), bool(best), estimate)
        for r, i, best, estimate in zip(
            chosen, order, on_front, _estimates(found.ratio), strict=True
        )
    ]
    steps = iter(_steps(found.ratio[on_front]))
    return Pareto(
        command=command(), model=model.name, weights=model.fingerprint(),
        site=chosen[0].site, units=list(chosen[0].units), metric=metric,
        data={"design": described(design), "heldout": None},
        damage={"design": Damage.of(found.damage[0])},
        seed=seed, draws=draws, confidence=confidence, versions=versions(),
        natural=dataclasses.asdict(of_units(model, chosen[:1], design)),
        points=[dataclasses.replace(p, step=next(steps)) if p.on_front else p for p in points],
        arrays={"losses/design": losses}, network=model, programs=chosen, examples=design,
        batch_size=batch_size, machine=machine,
    )  # fmt: skip


def _check_programs(programs: Sequence[Replacement], design: Design) -> None:
    problems = []
    names = [p.name for p in programs]
    if not programs:
        problems.append("nothing to choose from: pass at least one program")
    if repeated := sorted({n for n in names if names.count(n) > 1}):
        problems.append(
            f"settings need names of their own, but these occur twice: {'; '.join(repeated)}; "
            "aann.settings gives each its own"
        )
    if {"zero", "intact"} & set(names):
        problems.append("'zero' and 'intact' are other rows: rename the programs")
    if len(design) < MINIMUM:
        problems.append(
            f"{design.name!r} has {len(design)} design examples; an interval needs at least "
            f"{MINIMUM}"
        )
    if problems:
        raise ValueError("\n".join(problems))


def _losses(
    model: Model, programs: Sequence[Replacement], examples: Examples, metric: str,
    batch_size: int | None, machine: Machine | None,
) -> np.ndarray:  # fmt: skip
    """(rows, n) float32: zero-ablation, the programs, the intact model."""
    found = sweep(
        model, programs, examples, [metric], batch_size=batch_size, machine=machine, zero=True
    )
    losses = np.concatenate([found.losses[metric], found.intact[metric][None]])
    if len(bad := np.argwhere(~np.isfinite(losses))):
        rows = [*found.rows, "intact"]
        names = dict.fromkeys(str(rows[i]) for i, _ in bad)
        shown = ", ".join(list(names)[:5]) + (", ..." if len(names) > 5 else "")
        raise ValueError(
            f"{metric} is infinite for {len(bad)} examples under: {shown}; look at what these "
            "programs return"
        )
    return losses


def _recovered(losses: np.ndarray, setting: Setting, metric: str) -> Recovered:
    """Of zero-ablation's successors, (settings,)."""
    found = recovered(losses[-1:], losses[1:-1], losses[:1], setting)
    if not found.ratio.identified.all():
        raise ValueError(
            f"recovered is not identified: the damage of zero-ablation by {metric}, "
            f"{Damage.of(found.damage[0])} nats or errors, is not clearly above zero, so that "
            "there is nothing to choose by; take more examples or another metric"
        )
    return found


def _estimates(ratios: Interval) -> list[Estimate]:
    return [Estimate.of(ratios[i]) for i in range(len(ratios.estimate))]


def _steps(ratios: Interval) -> list[Estimate]:
    """Each ratio less the one before, the first as it is."""
    count = len(ratios.estimate)
    if count == 0:
        return []
    steps = difference(ratios[1:], ratios[:-1])
    return [Estimate.of(ratios[0]), *_estimates(steps)]


def _values(program: Replacement) -> dict[str, Any]:
    return {n: np.asarray(c.value).tolist() for n, c in program.constants.items()}
