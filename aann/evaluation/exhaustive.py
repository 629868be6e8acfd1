"""Recovered over a whole population: every input that there is, so that no interval is needed.

Where all inputs can be listed (12,769 pairs of numbers), the mean over all of them is not an
estimate. Nothing is fitted here; what the programs know was fitted before, on design examples.
"""

from collections.abc import Mapping, Sequence

import jax
import numpy as np

from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.data.batches import size_for
from aann.data.examples import Examples, held_out
from aann.data.provenance import described
from aann.evaluation.agreement import agree
from aann.evaluation.apart import check_model
from aann.evaluation.ladder import programs_row, zero_row
from aann.evaluation.lineup import together
from aann.evaluation.measure import measure
from aann.evaluation.scoring import check_scoring
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.shown.screen import Shown, Tabular
from aann.store.room import check_room

ROUNDING = 1e-6
"""Relative: a difference of mean losses by less is none."""


class Shares(Tabular, dict[str, dict[str, float | None]]):
    """What ``exhaustive`` returns: name -> metric -> recovered, or for two rows the mean loss."""

    def _shown(self) -> Shown:
        """Names and metrics; the two rows of losses come first."""
        metrics = list(next(iter(self.values()), {}))
        rows = [[name, *(_text(found[m]) for m in metrics)] for name, found in self.items()]
        head = "loss recovered over the whole population; of zero and intact the mean loss"
        return Shown([head], [["row", *metrics], *rows])


jax.tree_util.register_pytree_node(
    Shares,
    lambda found: ([found[name] for name in sorted(found)], tuple(sorted(found))),
    lambda names, rows: Shares(zip(names, rows, strict=True)),
)


@ends_together
def exhaustive(
    model: Model,
    programs: Mapping[str, Replacement | Sequence[Replacement]],
    population: Examples,
    *,
    batch_size: int | None = None,
    machine: Machine | None = None,
) -> Shares:
    """The loss recovered by programs over all of ``population``.

    Args:
        model: the pretrained network.
        programs: name -> replacement, or replacements that are spliced together. All of them write
            at the same places.
        population: every input, not a half of them.
        batch_size: of the compiled functions; by default by the size of an example.
        machine: devices, processes, memory and disk to use.

    Returns:
        name -> metric -> recovered, None where zero-ablation costs nothing. For ``zero`` and
        ``intact`` the mean losses themselves. A dict that shows itself as a table.

    Raises:
        TypeError: ``population`` is a half.
        ValueError: as ``aann.evaluate``.
    """
    if type(population) is not Examples:
        raise TypeError(
            f"a population is all examples, got the {population.split!r} half of "
            f"{population.name!r}"
        )
    chosen = {name: together(given) for name, given in programs.items()}
    if taken := sorted({"zero", "intact"} & chosen.keys()):
        raise ValueError(f"{', '.join(taken)} are the losses themselves: rename the programs")
    if not chosen:
        raise ValueError("nothing to measure: pass at least one program")
    machine = machine or Machine()
    size = size_for(len(population), model, batch_size, machine)
    if machine.distributed:
        facts = {
            "data": described(population), "weights": model.fingerprint(), "batch size": size,
            "names": list(chosen),
        }  # fmt: skip
        agreed = agree(machine, list(chosen.values()), facts)
        chosen = {name: tuple(row) for name, row in zip(chosen, agreed, strict=True)}
    main = next(iter(chosen.values()))
    bench = workbench(model, main, size, machine)
    check_programs(bench, chosen.values())
    check_room(bench, population)
    check_scoring(bench, population)
    if machine.process[0] == 0:  # whose the first examples are
        check_model(bench, population)
    rows = [zero_row(main), *(programs_row(p, "program") for p in chosen.values())]
    losses = measure(bench, rows, held_out(population)).losses
    means = {metric: x.astype(np.float64).mean(axis=1) for metric, x in losses.items()}
    results = Shares(
        zero={metric: float(mean[0]) for metric, mean in means.items()},
        intact={metric: float(mean[-1]) for metric, mean in means.items()},
    )
    for row, name in enumerate(chosen, start=1):
        results[name] = {metric: _ratio(mean, row) for metric, mean in means.items()}
    return results


def _ratio(mean: np.ndarray, row: int) -> float | None:
    """Recovered, or None where the damage may be rounding of the losses in float32."""
    zero, intact = mean[0], mean[-1]
    if not abs(zero - intact) > ROUNDING * max(abs(zero), abs(intact)):
        return None
    return float(1.0 - (mean[row] - intact) / (zero - intact))


def _text(x: float | None) -> str:
    return "-" if x is None else f"{x:.4f}"
