"""Losses of single examples, from the logits of a classifier.

Every metric is a loss, lower is better, so that ``recovered`` means the same for all: ``top1``,
``top5`` and ``agreement`` are errors, 0 or 1. Reports show ``1 - mean`` of those in ``ERRORS``.
``kl`` and ``agreement`` compare with the intact model and need no labels.

Sharp edges: ``per_example`` may run inside ``jax.jit``, where label values cannot raise; check
them once, on the host, with ``check_labels``. The losses of a label out of range are NaN.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from aann.data.check import UNSCORED

ERRORS = ("top1", "top5", "agreement")
"""The metrics that count mistakes: 1 minus their mean is an accuracy."""


def per_example(
    logits: Float[Array, "batch *positions classes"],
    intact_logits: Float[Array, "batch *positions classes"],
    labels: Int[Array, "batch *positions"] | None = None,
    scored: Bool[Array, "batch places"] | None = None,
) -> dict[str, Float[Array, " batch"]]:
    """The losses of each example.

    With logits at many positions, the loss of an example is the mean over its scored positions.

    Args:
        logits: of the model to judge: (batch, classes) or (batch, positions, classes).
        intact_logits: of the intact model on the same examples.
        labels: indices of the right classes, one for each of the logits' rows; of positions that
            are not scored -1. Without them ``kl`` and ``agreement`` alone.
        scored: (batch, positions), where logits at many positions count, without labels to say so;
            by default everywhere.

    Returns:
        float32 arrays: ``kl``, KL(intact || model) in nats, and ``agreement``, 1 where the two
        models' best classes differ; with labels ``nll``, the cross-entropy in nats, ``top1`` and
        (with five classes or more) ``top5``, 1 where the label is not among the best one and
        five. Among equal logits the lower class index ranks higher.

    Raises:
        ValueError: shapes do not match.
    """
    _check_shapes(logits, intact_logits, labels, scored)
    logits, intact_logits = logits.astype(jnp.float32), intact_logits.astype(jnp.float32)
    rows = (-1, logits.shape[-1])
    flat = None if labels is None else labels.reshape(-1)
    losses = _of_rows(logits.reshape(rows), intact_logits.reshape(rows), flat)
    if logits.ndim == 2:
        return losses
    shape = logits.shape[:-1]
    if labels is not None:
        scored = labels != UNSCORED
    elif scored is None:
        scored = jnp.ones(shape, bool)
    count = scored.sum(axis=-1).astype(jnp.float32)
    return {
        name: jnp.where(scored, loss.reshape(shape), 0.0).sum(axis=-1) / count
        for name, loss in losses.items()
    }


def _of_rows(logits: Array, intact_logits: Array, labels: Array | None) -> dict[str, Array]:
    """The losses of each row of (rows, classes) logits."""
    differ = jnp.argmax(logits, axis=-1) != jnp.argmax(intact_logits, axis=-1)
    losses = {"kl": kl(intact_logits, logits), "agreement": differ.astype(jnp.float32)}
    if labels is None:
        return losses
    classes = logits.shape[-1]
    losses["nll"] = nll(logits, labels)
    losses["top1"] = (~in_top(logits, labels, 1)).astype(jnp.float32)
    if classes >= 5:
        losses["top5"] = (~in_top(logits, labels, 5)).astype(jnp.float32)
    valid = (labels >= 0) & (labels < classes)
    for name in ("nll", "top1", "top5"):
        if name in losses:
            losses[name] = jnp.where(valid, losses[name], jnp.nan)
    return losses


def nll(
    logits: Float[Array, "batch classes"], labels: Int[Array, " batch"]
) -> Float[Array, " batch"]:
    """Cross-entropy in nats.

    Computed as softplus(logsumexp over the other classes of their lead over the label), which
    keeps its digits where log_softmax would round the loss of a sure answer to 0 or 1e-7.
    """
    own = jnp.take_along_axis(logits, labels[:, None], axis=-1, mode="fill")
    others = jnp.arange(logits.shape[-1], dtype=labels.dtype)[None, :] != labels[:, None]
    lead = jnp.where(others & ~jnp.isneginf(logits), logits - own, -jnp.inf)
    return jax.nn.softplus(jax.nn.logsumexp(lead, axis=-1))


def kl(
    intact_logits: Float[Array, "batch classes"], logits: Float[Array, "batch classes"]
) -> Float[Array, " batch"]:
    """KL(intact || model) in nats: exactly 0 for equal logits and never negative.

    Sums p (exp(d) - 1 - d) with d = log q - log p. The added terms, q - p, sum to zero; with them
    no term is negative, so that a small divergence is not what large terms of either sign leave.
    """
    log_p = jax.nn.log_softmax(intact_logits, axis=-1)
    log_q = jax.nn.log_softmax(logits, axis=-1)
    p, q = jnp.exp(log_p), jnp.exp(log_q)
    impossible = p == 0  # to the intact model: log p may be -inf, and the limit of the term is q
    d = jnp.where(impossible, 0.0, log_q - jnp.where(impossible, 0.0, log_p))
    near = jnp.abs(d) < 1.0
    close = jnp.expm1(jnp.where(near, d, 0.0)) - jnp.where(near, d, 0.0)
    far = q - p - p * jnp.where(near, 0.0, d)
    return jnp.where(impossible, q, jnp.where(near, p * close, far)).clip(0.0).sum(axis=-1)


def in_top(
    logits: Float[Array, "batch classes"], labels: Int[Array, " batch"], k: int
) -> Bool[Array, " batch"]:
    """Whether each label is among the ``k`` largest logits; of equal ones the first are larger.

    Raises:
        ValueError: ``k`` is not between 1 and the number of classes.
    """
    classes = logits.shape[-1]
    if not 1 <= k <= classes:
        raise ValueError(f"top-{k} of {classes} classes: k lies between 1 and {classes}")
    own = jnp.take_along_axis(logits, labels[:, None], axis=-1, mode="fill")
    index = jnp.arange(classes, dtype=labels.dtype)[None, :]
    ahead = (logits > own) | ((logits == own) & (index < labels[:, None]))
    return ahead.sum(axis=-1) < k


def check_labels(labels: np.ndarray, classes: int, names: Sequence[str] | None = None) -> None:
    """Refuse labels that are no output units, naming all that are out of range.

    Args:
        labels: (n,) integers, or (n, positions) with -1 where nothing is scored.
        classes: number of output units.
        names: of the examples, for the message; by default their positions.

    Raises:
        TypeError: labels are not integers.
        ValueError: a label is negative or not below ``classes``; an example has no scored position.
    """
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels are integer indices of output units, got {labels.dtype}")
    wrong = (labels < 0) | (labels >= classes)
    if labels.ndim > 1:
        wrong &= labels != UNSCORED
        _check_scored(labels, names)
    bad = np.argwhere(wrong)
    if len(bad):
        shown = [
            f"{names[i] if names else i}{list(at) if at else ''}: {labels[(i, *at)]}"
            for i, *at in bad[:10].tolist()
        ]
        more = f" and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise ValueError(
            f"{len(bad)} of {labels.size} labels are out of range for {classes} classes "
            f"(0 to {classes - 1}): {', '.join(shown)}{more}; {_remedy(labels[wrong], labels.ndim)}"
        )


def _remedy(wrong: np.ndarray, axes: int) -> str:
    """What to do about labels out of range: negative ones often stand for padding."""
    if axes > 1 and (wrong < 0).all():
        return "-1 means not scored: labels = np.where(labels < 0, -1, labels)"
    advice = "map the data set's labels to the model's output units"
    return advice + ("" if axes > 1 or (wrong >= 0).all() else ", and leave out what has none")


def _check_scored(labels: np.ndarray, names: Sequence[str] | None) -> None:
    empty = np.flatnonzero((labels == UNSCORED).all(axis=1))
    if len(empty):
        shown = ", ".join(str(names[i]) if names else str(i) for i in empty[:10])
        raise ValueError(
            f"{len(empty)} examples have no scored position (all labels are {UNSCORED}): "
            f"{shown}{', ...' if len(empty) > 10 else ''}; leave them out"
        )


def _check_shapes(
    logits: Array, intact_logits: Array, labels: Array | None, scored: Array | None
) -> None:
    problems = []
    if logits.ndim not in (2, 3) or logits.shape[-1] < 1:
        problems.append(
            f"logits have shape (batch, classes) or (batch, positions, classes), got {logits.shape}"
        )
    if intact_logits.shape != logits.shape:
        problems.append(f"intact logits have shape {intact_logits.shape}, others {logits.shape}")
    masks = ("scored", scored if logits.ndim == 3 else None)  # one loss an example has no places
    for what, given in (("labels", labels), masks):
        if given is not None and given.shape != logits.shape[:-1]:
            problems.append(f"{what} have shape {logits.shape[:-1]}, got {given.shape}")
    if labels is not None and scored is not None:
        problems.append("labels say with -1 what is not scored: leave scored out")
    if problems:
        raise ValueError("; ".join(problems))
