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

from aann.evaluation.answer import Metric, as_metric
from aann.machine.progress import progress
from aann.model import Model
from aann.patching import blocks
from aann.patching.alone import judge_alone
from aann.patching.batch import chunks, example_count, given, like_batch, take
from aann.patching.judge import Arrays, Judge
from aann.patching.look import check_finite
from aann.shown.listing import Listing
from aann.splicing.cut import cut
from aann.splicing.splice import capture
from aann.splicing.splice import sites as all_sites
from aann.trace.focus import focused
from aann.trace.meant import meant
from aann.trace.reuse import Reuse


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
        ValueError: unknown sites, sites unlike ``final``, a metric of the wrong shape or one that
            is not finite (an answer that is no class).
    """
    streams = blocks.stream(model) if sites is None or final is None else []
    final = streams[-1] if final is None else final
    names = streams if sites is None else list(sites)
    inputs = given(model, inputs)
    n = example_count(inputs)
    batch = like_batch(inputs, batch_size)
    pieces = Reuse(model)
    outputs = pieces.get(
        ("check lens", tuple(names), final), lambda model: _check(model, batch, names, final), batch
    )
    judge = (
        None if metric is None else judge_alone(as_metric(metric), outputs, n, example_count(batch))
    )
    if isinstance(judge, list):
        raise ValueError("\n".join(judge))
    key = "lens", tuple(names), final, judge and judge.key
    lens = pieces.get(key, _compiled(names, final, judge), batch)
    parts: list[list[np.ndarray]] = []
    for rows, count in progress(list(chunks(n, batch_size)), "lens"):
        ran = lens(model.params, take(inputs, rows), judge and judge.take(rows, n))
        parts.append([x[:count] for x in jax.device_get(ran)])
    whole = {
        name: np.concatenate(x) for name, x in zip(names, zip(*parts, strict=True), strict=True)
    }
    for name, values in whole.items() if judge else ():
        check_finite(values, f"the metric at {name!r}")
    return Listing(whole)


def _check(model: Model, batch: Any, names: Sequence[str], final: str) -> Any:
    """Shapes and dtypes of the outputs, all else being right."""
    cut(model, final, batch)
    if problems := _unlike(all_sites(model, batch), names, final):
        raise ValueError("\n".join(problems))
    return jax.eval_shape(model.apply, model.params, batch)


def _compiled(names: Sequence[str], final: str, judge: Judge | None) -> Callable[[Model], Any]:
    function: Any = None if judge is None else judge.function

    def make(model: Model) -> Any:
        def lens(params: Any, inputs: Any, arrays: Arrays | None) -> list[Any]:
            piece = cut(model, final, inputs)
            _, values = capture(dataclasses.replace(model, params=params), names)(inputs)
            prepared = piece.prepare(params)
            _, crossing = piece.prefix(prepared, inputs)

            def rest(stream: Any) -> Any:
                outputs = piece.suffix(prepared, {final: stream}, crossing)
                return outputs if function is None else function(outputs, arrays)

            return [focused(rest)(values[name]) for name in names]

        return jax.jit(lens)

    return make


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
