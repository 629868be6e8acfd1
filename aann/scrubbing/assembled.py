"""From losses and plans to what scrubbing found: means, intervals, the user's order of examples."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from aann.data.examples import Examples
from aann.data.provenance import versions
from aann.model import Model
from aann.report.estimate import Estimate
from aann.scrubbing.bound import Bound
from aann.scrubbing.plan import Plan
from aann.scrubbing.scrubbed import Losses, Scrubbed, ScrubRow, StandIns
from aann.shown.brief import brief
from aann.statistics.bootstrap import MINIMUM, mean_interval, recovered
from aann.statistics.interval import Setting


@dataclasses.dataclass(frozen=True, eq=False)
class ScrubbedLosses:
    """What one hypothesis lost, examples in the order of their names.

    Attributes:
        bound: the hypothesis.
        losses: metric -> (scrubs, n).
        known: the same of ``"intact"``, ``"random"`` and, where it means something, ``"zero"``.
        counts: value -> (n,), how many examples stand in for each.
        alone: value -> (n,), whom nobody but themselves stands in for.
        values: value -> (n, ...).
    """

    bound: Bound
    losses: Losses
    known: Mapping[str, Losses]
    counts: Mapping[str, np.ndarray]
    alone: Mapping[str, np.ndarray]
    values: Mapping[str, np.ndarray]

    __repr__ = brief


def assemble(
    model: Model,
    examples: Examples,
    found: Sequence[ScrubbedLosses],
    plans: Sequence[Plan],
    back: np.ndarray,
    setting: Setting,
    *,
    scrubs: int,
    data: Mapping[str, Any],
) -> Scrubbed:
    """Put the result together.

    Args:
        model: the network.
        examples: in the order in which the user gave them.
        found: of each hypothesis, in the order of names.
        plans: likewise.
        back: where each of the user's examples is in the order of names.
        setting: of the bootstrap.
        scrubs: of each example.
        data: describes the examples.
    """
    order = np.argsort(back, kind="stable")
    names = [one.bound.hypothesis.name for one in found]
    return Scrubbed(
        model=model.name,
        data=data,
        scrubs=scrubs,
        seed=setting.seed,
        weights=model.fingerprint(),
        versions=versions(),
        rows=[_row(one, back, setting) for one in found],
        names=examples.names,
        marks=examples.marks,
        setting=setting,
        losses={
            name: {m: x[:, back] for m, x in one.losses.items()}
            for name, one in zip(names, found, strict=True)
        },
        baselines={
            name: {
                what: {m: x.mean(0)[back] for m, x in losses.items()}
                for what, losses in one.known.items()
            }
            for name, one in zip(names, found, strict=True)
        },
        donors={
            name: {"/".join(path): order[x][:, back] for path, x in drawn.own.items() if path}
            for name, drawn in zip(names, plans, strict=True)
        },
        bases={
            name: {"/".join(path): order[x][:, back] for path, x in drawn.base.items()}
            for name, drawn in zip(names, plans, strict=True)
        },
        values={
            name: {v: x[back] for v, x in one.values.items()}
            for name, one in zip(names, found, strict=True)
        },
    )


def _row(one: ScrubbedLosses, back: np.ndarray, setting: Setting) -> ScrubRow:
    hypothesis = one.bound.hypothesis
    runs = {"scrubbed": one.losses, **one.known}
    means = {what: {m: x.mean(0)[back] for m, x in losses.items()} for what, losses in runs.items()}

    def share(of: str) -> dict[str, Estimate]:
        if of not in means:
            return {}
        return {
            m: Estimate.of(recovered(means["intact"][m], x, means[of][m], setting).ratio)
            for m, x in means["scrubbed"].items()
        }

    recovered_zero = share("zero")
    alone = np.stack(list(one.alone.values()))[:, back]
    tested = np.asarray(~alone.any(axis=0))
    return ScrubRow(
        name=hypothesis.name,
        where={n: " + ".join(map(str, w)) for n, w in hypothesis.places().items()},
        same={n: str(kind) for n, kind in hypothesis.equivalences().items()},
        rest=hypothesis.rest,
        loss={what: {m: float(x.mean()) for m, x in of.items()} for what, of in means.items()},
        kept=Estimate.of(mean_interval(1.0 - means["scrubbed"]["agreement"], setting)),
        recovered=recovered_zero,
        against_random=share("random"),
        over_scrubs={
            m: _over_scrubs(one.losses[m], means["intact"][m], means["zero"][m], setting)
            for m, estimate in recovered_zero.items()
            if estimate.identified
        },
        stand_ins={
            n: StandIns(float(x.mean()), float(one.alone[n].mean())) for n, x in one.counts.items()
        },
        tested=float(tested.mean()),
        recovered_tested=_of_tested(means, tested, setting),
    )  # fmt: skip


def _of_tested(
    means: Mapping[str, Losses], tested: np.ndarray, setting: Setting
) -> dict[str, Estimate]:
    """Recovered of zero-ablation on the examples that others stand in for."""
    if "zero" not in means:
        return {}
    groups = setting.groups
    if groups is not None:
        groups = [group for group, here in zip(groups, tested, strict=True) if here]
    metrics = means["scrubbed"]
    if (tested.sum() if groups is None else len(set(groups))) < MINIMUM:
        return dict.fromkeys(metrics, Estimate(None, None, None, identified=False))
    here = dataclasses.replace(setting, groups=groups)
    found = {}
    for m in metrics:
        intact, scrubbed, zero = (means[w][m][tested] for w in ("intact", "scrubbed", "zero"))
        found[m] = Estimate.of(recovered(intact, scrubbed, zero, here).ratio)
    return found


def _over_scrubs(
    losses: np.ndarray, intact: np.ndarray, zero: np.ndarray, setting: Setting
) -> Estimate:
    """Student's interval of recovered over scrubs, for these very examples."""
    each = 1.0 - (losses.mean(1) - intact.mean()) / (zero.mean() - intact.mean())
    if len(each) < 2:
        return Estimate(float(each.mean()), None, None, identified=False)
    spread = each.std(ddof=1) / np.sqrt(len(each))
    half = float(student.ppf(0.5 + setting.confidence / 2, len(each) - 1) * spread)
    mean = float(each.mean())
    return Estimate(mean, mean - half, mean + half)
