"""Losses of every example in many runs: what sweeps return, and the checks that they share."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

import jax
import numpy as np
from jaxtyping import Array, Float

from aann.data.batches import Batch
from aann.data.examples import Examples
from aann.evaluation import metrics as metrics_of
from aann.machine.machine import Machine
from aann.machine.processes import in_order
from aann.model import Model
from aann.shown.listing import Listing
from aann.shown.screen import Shown, Tabular

METRICS = ("nll", "kl", "agreement", "top1", "top5")
"""What can be measured, see ``aann.evaluation.metrics``."""
UNLABELLED = ("kl", "agreement")
_UNITS = {"nll": " nats", "kl": " nats"}  # the others are shares of examples

Found = tuple[dict[str, Array], dict[str, Array]]
"""Of a batch: metric -> (rows, batch), and metric -> (batch,) of the intact model."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SweepLosses(Tabular):
    """What a sweep measured.

    Attributes:
        rows: what was replaced: units, or names of replacements.
        losses: metric -> (rows, n) float32, the loss of every example.
        intact: metric -> (n,), of the model as it is.
        site: where it was replaced.
        data: name of the examples.
    """

    rows: tuple[int | str, ...]
    losses: dict[str, Float[np.ndarray, "rows n"]]
    intact: dict[str, Float[np.ndarray, " n"]]
    site: str = ""
    data: str = ""

    def _shown(self) -> Shown:
        """What each row adds to the mean losses; units, of which there are many, largest first."""
        n = len(next(iter(self.intact.values()), ()))
        intact = {m: float(x.mean(dtype=np.float64)) for m, x in self.intact.items()}
        added = [
            [float(x) - intact[m] for x in self.losses[m].mean(axis=1, dtype=np.float64)]
            for m in intact
        ]
        order = list(range(len(self.rows)))
        units = all(isinstance(row, int) for row in self.rows)
        if units and added:
            order.sort(key=lambda i: -abs(added[0][i]))
        what = "units" if units else "programs"
        means = ", ".join(f"{m} {mean:.4g}{_UNITS.get(m, '')}" for m, mean in intact.items())
        head = [
            f"{len(self.rows)} {what} at site {self.site!r}, replaced one by one; "
            f"{self.data}, n = {n:,}",
            f"intact model: {means}; what each adds to that{', largest first' * units}:",
        ]
        cells = [
            [str(self.rows[i]), *(f"{of_metric[i]:+.4g}" for of_metric in added)] for i in order
        ]
        return Shown(head, [[what[:-1], *intact], *cells])


def check_examples(model: Model, examples: Examples, metrics: Sequence[str]) -> None:
    """Refuse metrics that do not exist or lack labels, and labels that do not fit.

    Args:
        model: gives the logits.
        examples: to be measured.
        metrics: names.

    Raises:
        ValueError: with all problems but labels out of range, which come last.
    """
    if isinstance(metrics, str):
        raise ValueError(f"metrics are a list of names: metrics=[{metrics!r}]")
    logits = jax.eval_shape(model.apply, model.params, model.batch(1)).shape
    problems = [
        f"no metric {m!r}: there are {', '.join(METRICS)}" for m in metrics if m not in METRICS
    ]
    problems += [f"metric {m!r} is named twice" for m, k in Counter(metrics).items() if k > 1]
    if not metrics:
        problems.append(f"no metrics: name some of {', '.join(METRICS)}")
    if "top5" in metrics and logits[-1] < 5:
        problems.append(f"'top5' needs five classes, the model has {logits[-1]}")
    needy = [m for m in metrics if m in METRICS and m not in UNLABELLED]
    if examples.labels is None and needy:
        problems.append(f"{needy} need labels, of which there are none: ask for 'kl'")
    if examples.labels is not None and examples.labels.shape[1:] != logits[1:-1]:
        problems.append(
            f"an example has labels of shape {logits[1:-1]} for logits of shape {logits[1:]}, got "
            f"{examples.labels.shape[1:]}"
        )
    if problems:
        raise ValueError(f"data set {examples.name!r}: " + "; ".join(problems))
    if examples.labels is not None:
        metrics_of.check_labels(examples.labels, logits[-1], examples.names)


def collect(
    rows: Sequence[int | str],
    found: Iterable[tuple[Batch, Found]],
    examples: Examples,
    machine: Machine,
    *,
    site: str,
) -> SweepLosses:
    """Put the losses of all batches together on the host, without the padding of the last one.

    Args:
        rows: what was replaced.
        found: of every batch of this process.
        examples: all of them.
        machine: which processes share them.
        site: where it was replaced.

    Raises:
        ValueError: a loss is NaN.
    """
    parts = {}
    for batch, (changed, unchanged) in found:
        n = len(batch.indices)
        parts[batch.indices[0]] = (
            {m: np.asarray(x)[:, :n] for m, x in changed.items()},
            {m: np.asarray(x)[:n] for m, x in unchanged.items()},
        )
    losses, intact = zip(*in_order(machine.gather(parts)), strict=True)
    result = SweepLosses(tuple(rows), _joined(losses), _joined(intact), site, examples.name)
    for metric, values in result.losses.items():
        whole = np.concatenate([values, result.intact[metric][None]])
        if len(bad := np.argwhere(np.isnan(whole))):
            row, example = bad[0]
            what = f"row {rows[row]!r}" if row < len(rows) else "the intact model"
            raise ValueError(
                f"{metric} of {what} is NaN for example {examples.names[example]!r} ({len(bad)} "
                f"such losses): look at the values of the model and at what is written"
            )
    return result


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> Listing:
    return Listing({m: np.concatenate([p[m] for p in parts], axis=-1) for m in parts[0]})
