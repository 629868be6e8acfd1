"""Direct logit attribution: what each writer of the residual stream adds to the logits.

The last residual stream is a sum, and what follows it is affine once the scale of the final norm is
held at its value in this run (Elhage et al. 2021, "A Mathematical Framework for Transformer
Circuits"). So the logits are a sum too: one contribution a component, pushed through the
derivative of the suffix, and one constant. With ``split`` a component is split further, attention
into its heads. Nothing is assumed: that the suffix is affine, that the components add up to the
stream and that contributions add up to the logits are all checked on every batch.

Held are the values of every square root below the final stream (the scales of layer and RMS norms)
and of the sites in ``held``. Sharp edges: a square root inside a function compiled on its own
(``jax.jit`` in the model) is not found, and the check then says that the suffix is not affine; mark
the scale as a site and hold it. What a component does through later layers is not counted.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from aann.evaluation.answer import Metric, as_metric
from aann.machine.progress import progress
from aann.model import Model
from aann.patching import blocks
from aann.patching.alone import judge_alone
from aann.patching.batch import chunks, example_count, given, like_batch, take
from aann.patching.contributions import Contributions
from aann.patching.judge import Arrays, Judge
from aann.program.axes import AXES
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.trace.reuse import Reuse


@dataclasses.dataclass(frozen=True, eq=False)
class Direct:
    """Contributions that add up.

    Attributes:
        contributions: component -> (n, ...) float32 like ``total``; a split component's parts are
            under the name of the site that it was split by, (*places, n, ...), and what no part
            accounts for (its bias) stays under its own name. ``constant`` is what follows.
        total: the logits (n, ...), or the metric (n,).
        error: largest absolute difference between the sum of contributions and ``total``.
    """

    contributions: dict[str, np.ndarray]
    total: np.ndarray
    error: float

    __repr__ = brief


def direct_logit_attribution(
    model: Model,
    inputs: Any,
    metric: Metric | Callable[[Any], Any] | None = None,
    *,
    components: Sequence[str] | None = None,
    final: str | None = None,
    split: Mapping[str, str] | None = None,
    by: Sequence[int | str] = ("head",),
    held: Sequence[str] = (),
    tolerance: float = 1e-4,
    batch_size: int | None = None,
    axes: Mapping[str, Sequence[str]] = AXES,
) -> Direct:
    """Contributions of components to the logits, or to a linear metric of them.

    Args:
        model: the model; its outputs are one array of logits.
        inputs: (n, ...).
        metric: linear ``outputs -> (batch,) float``, such as
            ``aann.evaluation.answer.logit_difference``; all logits without it, which takes much
            memory for many places and classes.
        components: sites that add up to ``final``; by default embeddings, attention and MLPs of
            the zoo's transformer.
        final: the last residual stream; by default that of the zoo's transformer.
        split: component -> site that it is an affine function of, such as
            ``aann.patching.blocks.heads``.
        by: axes of the split sites along which parts lie.
        held: further sites below ``final`` that keep their values, such as a marked norm scale.
        tolerance: of each check, relative to the largest contribution or logit.
        batch_size: examples at a time; all of them by default.
        axes: last word of a site's name -> names of its axes.

    Raises:
        ValueError: unknown sites or axes, a metric of the wrong shape (all problems); or the
            suffix is not affine, the components do not add up to the stream (with what is missing
            and which sites it looks like), a component is not affine in what it is split by.
    """
    final = blocks.final(model) if final is None else final
    components = blocks.writers(model) if components is None else list(components)
    plan = Contributions(final, tuple(components), dict(split or {}), tuple(by), tuple(held), axes)
    inputs = given(model, inputs)
    n = example_count(inputs)
    batch = like_batch(inputs, batch_size)
    pieces = Reuse(model)
    judge = _judge(pieces, plan, metric, batch, n)
    run = pieces.get(("direct", plan.key, judge and judge.key), _compiled(plan, judge), batch)
    parts: list[dict[str, np.ndarray]] = []
    totals: list[np.ndarray] = []
    for rows, count in progress(list(chunks(n, batch_size)), "direct attribution"):
        ran = run(model.params, take(inputs, rows), judge and judge.take(rows, n))
        found, total, checks = jax.device_get(ran)
        plan.verify({name: float(x) for name, x in checks.items()}, tolerance)
        parts.append({k: _cut_rows(v, total.ndim, count) for k, v in found.items()})
        totals.append(np.asarray(total)[:count])
    total = np.concatenate(totals)
    joined = {k: np.concatenate([p[k] for p in parts], axis=-total.ndim) for k in parts[0]}
    summed = sum(x.sum(axis=tuple(range(x.ndim - total.ndim))) for x in joined.values())
    error = float(np.abs(summed - total).max())
    scale = max(1.0, *(float(np.abs(x).max()) for x in (total, *joined.values())))
    if not error <= tolerance * scale:
        raise ValueError(
            f"contributions differ from the logits by up to {error:.3g} where the largest is "
            f"{scale:.3g} (tolerance {tolerance:g} of that): run with higher precision, "
            'jax.default_matmul_precision("highest")'
        )
    return Direct(Listing(joined), total, error)


def _judge(
    pieces: Reuse,
    plan: Contributions,
    metric: Metric | Callable[[Any], Any] | None,
    batch: Any,
    n: int,
) -> Judge | None:
    """Everything checked, and the metric made ready.

    Raises:
        ValueError: with all problems.
    """
    judged = metric is not None
    outputs = pieces.get(
        ("check direct", plan.key, judged),
        lambda model: plan.check(model, batch, judged=judged),
        batch,
    )
    if metric is None:
        return None
    judge = judge_alone(as_metric(metric), outputs, n, example_count(batch))
    if isinstance(judge, list):
        raise ValueError("\n".join(judge))
    return judge


def _compiled(plan: Contributions, judge: Judge | None) -> Callable[[Model], Any]:
    function: Any = None if judge is None else judge.function

    def make(model: Model) -> Any:
        def run(params: Any, inputs: Any, arrays: Arrays | None) -> Any:
            judged = None if function is None else lambda y: function(y, arrays)
            return plan.run(model, params, inputs, judged)

        return jax.jit(run)

    return make


def _cut_rows(values: Any, rank: int, count: int) -> np.ndarray:
    """The rows that count: the examples' axis is the first of the last ``rank``."""
    return np.moveaxis(np.moveaxis(np.asarray(values), -rank, 0)[:count], 0, -rank)
