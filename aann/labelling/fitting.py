"""Thresholds of a score, fitted to labels on design examples.

    found = aann.fit_thresholds(design, similarity, model)     # to the network's labels
    print(found)
    aann.label_agreement(model, found, heldout)

What is fitted is a function of examples that are a ``Design`` by type: scores come from running the
score on these, so that no held-out number can get in. The fit is exact (``aann.statistics.steps``).
"""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from aann.data.batches import size_for
from aann.data.check import some
from aann.data.examples import Design
from aann.data.provenance import described
from aann.evaluation.agreement import check_same
from aann.labelling.checks import check_apart, check_network, check_values
from aann.labelling.labeller import Labeller, on_host, traced
from aann.labelling.observed import check_finite, network, observed
from aann.labelling.thresholds import Thresholds, plain
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.shown.brief import word
from aann.statistics.indices import is_count
from aann.statistics.resample import group_sums
from aann.statistics.steps import best_steps, class_sums, gains, threshold


@ends_together
def fit_thresholds(
    design: Design,
    score: Callable[[Any], Any],
    model: Model | None = None,
    *,
    k: int = 2,
    host: bool = False,
    name: str = "",
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Thresholds:
    """The thresholds of a score, with their classes, that label most examples right.

    Args:
        design: examples to fit on.
        score: a function of a batch of inputs that returns (batch,) real numbers.
        model: fit to the labels of this network; by default to those of the examples.
        k: thresholds at most; fewer where more make nothing better.
        host: whether the score is written in NumPy or plain Python.
        name: of the score; by default its own.
        batch_size: by default by the size of an example.
        progress: show a bar on stderr where that is a terminal.
        machine: devices, processes and precision to use.

    Raises:
        TypeError: other examples than design, or a score that is no function, cannot be traced or
            returns no real numbers.
        ValueError: no labels to fit to; scores or logits that are not finite; a score or a model
            that mixes examples; a number of thresholds that is none.
        ProcessError: another process stopped.
    """
    _check(design, score, model, k)
    machine = machine or Machine()
    taking = _inputs_alone(design) if model is None else model
    size = size_for(len(design), taking, batch_size, machine)
    check_same(machine, {
        "data": described(design), "weights": taking.fingerprint(), "batch size": size, "k": k,
    })  # fmt: skip
    if model is not None:
        check_network(model, design, size)
    own = name or str(getattr(score, "__name__", "score"))
    ours = Labeller(own, on_host(score) if host else traced(score))
    check_apart(ours, design, taking, size, machine, score=True)
    look = None if model is None else network(model, machine)

    def both(batch: Any) -> dict[str, np.ndarray]:
        found = check_values(ours.run(batch), batch, f"program {own!r}", score=True)
        return {"score": found, **(look(batch) if look else {})}

    seen = observed(design, taking, both, size, machine, "scores" if progress else "")
    if model is not None:
        check_finite(seen["margin"], design, model.name)
        labels = seen["labels"]
    else:
        labels = np.asarray(design.labels, np.int64)
    _check_scores(seen["score"], design, own)
    return _fitted(seen["score"], labels, design, k, (own, score, host), model is not None)


def _fitted(
    scores: np.ndarray, labels: np.ndarray, design: Design, k: int, score: Any, network: bool
) -> Thresholds:
    scores = plain(scores)
    if len(np.unique(scores)) > len(np.unique(scores.astype(np.float64))):
        raise ValueError(
            f"score {score[0]!r} has integers that no float tells apart (beyond 2**53): subtract "
            "what they have in common"
        )
    known, numbered = np.unique(labels, return_inverse=True)  # classes that there are, not all up
    values, sums = class_sums(scores, numbered.reshape(-1), len(known))  # to the largest
    places, chosen = best_steps(sums, k)
    classes = tuple(int(known[c]) for c in chosen)
    steps = np.asarray([threshold(values, p) for p in places])
    right = np.asarray(classes)[np.searchsorted(steps, scores, side="left")] == labels
    (name, function, host), n = score, len(scores)
    left, _ = group_sums((right - right.mean())[:, None], design.groups)
    return Thresholds(
        name=name,
        score=function,
        host=host,
        thresholds=tuple(steps.tolist()),
        classes=classes,
        fitted_to="network" if network else "truth",
        accuracy=float(right.mean()),
        error=float(np.sqrt((left**2).sum()) / n),
        data=described(design),
        values=values,
        below=sums.sum(axis=1),
        gains=gains(sums, chosen),
        last=int(sums[-1, chosen[-1]]),
    )


def _check(design: Any, score: Any, model: Model | None, k: Any) -> None:
    if not isinstance(design, Design):
        raise TypeError(
            f"thresholds are fitted on design examples, got {type(design).__name__}: use the first "
            "half of aann.split(examples), or aann.design(examples)"
        )
    if not callable(score) or isinstance(score, Model):
        raise TypeError(
            "a score is a function of a batch of inputs, which is run on the design examples: got "
            f"{word(score)}"
        )
    problems = []
    if model is None and (design.labels is None or design.labels.ndim != 1):
        problems.append(
            f"data set {design.name!r} has no labels to fit to, one an example: pass the model "
            "whose labels they are"
        )
    if model is None and design.labels is not None and (np.asarray(design.labels) < 0).any():
        problems.append(f"labels of data set {design.name!r} are classes from 0 on")
    if not is_count(k):
        problems.append(f"k is a number of thresholds, at least 1: got {k!r}")
    if problems:
        raise ValueError("; ".join(problems))


def _check_scores(scores: np.ndarray, design: Design, name: str) -> None:
    bad = np.flatnonzero(~np.isfinite(scores.astype(np.float64))).tolist()
    if bad:
        raise ValueError(
            f"program {name!r} gives NaN or infinity for {len(bad)} of {len(design)} examples: "
            f"{some([design.names[i] for i in bad], 5)}"
        )


def _inputs_alone(design: Design) -> Model:
    """What takes inputs as they are, where no network says what they are like."""
    one = np.asarray(design.load([0]))
    return Model(
        lambda params, x: x, {}, design.name, jax.ShapeDtypeStruct(one.shape[1:], one.dtype)
    )
