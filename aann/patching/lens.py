"""The logit lens: what the model would say if it stopped after a layer.

Each residual stream goes through what follows the last one, final norm and unembedding included
(nostalgebraist 2020, "interpreting GPT: the logit lens"), which is the suffix of the model cut at
the last residual stream. At the last one the lens gives the model's own logits.

Sharp edges: early layers need not write in the basis that the unembedding reads; a lens that shows
nothing does not say that nothing is known. Only the norm that follows ``final`` is applied.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from aann.evaluation.answer import Metric, as_metric, check_metric
from aann.model import Model
from aann.patching import blocks
from aann.patching.pairs import chunks, example_count, like_batch, take
from aann.shown.listing import Listing
from aann.splicing.cut import cut
from aann.splicing.splice import capture
from aann.splicing.splice import sites as all_sites
from aann.trace.meant import meant


def logit_lens(
    model: Model,
    inputs: Any,
    metric: Metric | Callable[[Any], Any] | None = None,
    *,
    sites: Sequence[str] | None = None,
    final: str | None = None,
    batch_size: int | None = None,
) -> dict[str, np.ndarray]:
    """Outputs, or a metric of them, from the residual stream at each site.

    Args:
        model: the model.
        inputs: (n, ...).
        metric: ``outputs -> (batch,) float``, such as ``aann.evaluation.answer.log_probability`` or
            ``rank`` of the answer; without it all logits are returned.
        sites: of the shape and dtype of ``final``; by default the streams of the zoo's transformer.
        final: the last residual stream; by default that of the zoo's transformer.
        batch_size: examples at a time; all of them by default.

    Returns:
        site -> (n, ...) logits, or (n,) the metric, in the order of ``sites``.

    Raises:
        ValueError: unknown sites, sites unlike ``final``, a metric of the wrong shape.
    """
    final = blocks.final(model) if final is None else final
    names = blocks.stream(model) if sites is None else list(sites)
    judge = None if metric is None else as_metric(metric)
    n = example_count(inputs)
    batch = like_batch(inputs, batch_size)
    size = example_count(batch)
    piece = cut(model, final, batch)
    shapes = all_sites(model, batch)
    problems = _unlike(shapes, names, final)
    if judge is not None:
        problems += check_metric(judge, jax.eval_shape(model.apply, model.params, batch), n, size)
    if problems:
        raise ValueError("\n".join(problems))

    @jax.jit
    def lens(params: Any, inputs: Any, judge: Metric | None) -> list[Any]:
        _, values = capture(dataclasses.replace(model, params=params), names)(inputs)
        prepared = piece.prepare(params)
        _, crossing = piece.prefix(prepared, inputs)
        found = (piece.suffix(prepared, {final: values[name]}, crossing) for name in names)
        return [x if judge is None else judge(x) for x in found]

    parts: list[list[np.ndarray]] = []
    for rows, count in chunks(n, batch_size):
        found = lens(model.params, take(inputs, rows), judge.take(rows) if judge else None)
        parts.append([np.asarray(x)[:count] for x in found])
    return Listing(
        {name: np.concatenate(x) for name, x in zip(names, zip(*parts, strict=True), strict=True)}
    )


def _unlike(shapes: Any, names: Sequence[str], final: str) -> list[str]:
    like = shapes[final]
    problems = [] if names else ["no sites: name at least one"]
    for name in names:
        if name not in shapes:
            problems.append(f"no site {name!r} in this model: {meant(name, list(shapes))}")
        elif (shapes[name].shape, shapes[name].dtype) != (like.shape, like.dtype):
            problems.append(
                f"site {name!r} has shape {shapes[name].shape} and dtype {shapes[name].dtype}, "
                f"but {final!r} has {like.shape} and {like.dtype}: a lens takes residual streams"
            )
    return problems
