"""What attention heads attend to: previous-token, duplicate-token and induction scores.

Each score is the attention that a head pays to the keys that such a head would look at, averaged
over the queries that have any. They are defined for any token sequences, not only for repeated
random ones (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; Olsson et al.
2022, arXiv:2209.11895, whose prefix matching score is ``induction`` here; duplicate-token heads:
Wang et al. 2022, arXiv:2211.00593):

========== ==================================== ====================================================
score      queries that count                   keys (attention to all of them is added)
========== ==================================== ====================================================
previous   all but the first                    the position before
duplicate  whose token occurred before          earlier positions of the same token
induction  whose token occurred before the      positions right after earlier occurrences, before
           position just before them            the query itself
========== ==================================== ====================================================

``uniform`` scores are those of a head that attends equally to all positions up to the query: what
to compare with. Sharp edges: a head that attends to the first position by default can have any
score on short sequences; scores say where a head looks, ``aann.patching.copying`` what it writes.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from aann.machine.progress import progress
from aann.model import Model
from aann.patching import blocks
from aann.patching.batch import chunks, given, like_batch
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.splicing.splice import capture, trace_model
from aann.trace.graph import shape_of
from aann.trace.reuse import Reuse

SCORES = ("previous", "duplicate", "induction")


@dataclasses.dataclass(frozen=True, eq=False)
class HeadScores:
    """Scores between 0 and 1.

    Attributes:
        scores: name -> {pattern site -> (heads,)}, names as in ``SCORES``.
        uniform: name -> score of a head that attends equally to all positions up to the query.
        queries: name -> how many queries counted.
    """

    scores: Mapping[str, Mapping[str, np.ndarray]]
    uniform: dict[str, float]
    queries: dict[str, int]

    __repr__ = brief

    def table(self, name: str) -> np.ndarray:
        """(layers, heads) of one score.

        Raises:
            ValueError: no such score, or layers with different numbers of heads.
        """
        if name not in self.scores:
            raise ValueError(f"scores are {', '.join(self.scores)}: got {name!r}")
        return np.stack(list(self.scores[name].values()))


def keys(name: str, tokens: Int[Array, "batch pos"]) -> Bool[Array, "batch pos pos"]:
    """Which keys count for which query, (batch, query, key).

    Raises:
        ValueError: no such score.
    """
    if name not in SCORES:
        raise ValueError(f"scores are {', '.join(SCORES)}: got {name!r}")
    place = jnp.arange(tokens.shape[1], dtype=jnp.int32)
    query, key = place[None, :, None], place[None, None, :]
    if name == "previous":
        return jnp.broadcast_to(key == query - 1, (*tokens.shape, tokens.shape[1]))
    # The token looked for stands at the key (duplicate) or just before it (induction).
    looked_at = tokens if name == "duplicate" else jnp.roll(tokens, 1, axis=1)
    same = looked_at[:, None, :] == tokens[:, :, None]
    first = 0 if name == "duplicate" else 1
    return same & (key < query) & (key >= first)


def pattern_score(
    pattern: Float[Array, "batch head query key"], wanted: Bool[Array, "batch query key"]
) -> tuple[Float[Array, " head"], Int[Array, ""]]:
    """Attention to the wanted keys, summed over queries that have any; and how many those are."""
    attention = jnp.where(wanted[:, None], pattern, jnp.zeros_like(pattern)).sum(axis=(0, 2, 3))
    return attention, wanted.any(axis=-1).sum()


def head_scores(
    model: Model,
    tokens: Any,
    *,
    patterns: Sequence[str] | None = None,
    scored: Any = None,
    batch_size: int | None = None,
) -> HeadScores:
    """Scores of every head on these sequences.

    Args:
        model: the model, called on tokens.
        tokens: (n, pos) integers with some tokens that occur twice.
        patterns: sites (batch, head, query, key) after softmax; by default those of the zoo's
            transformer.
        scored: (n, pos) boolean, which queries count (not those of padding); by default all.
        batch_size: sequences at a time; all of them by default.

    Raises:
        ValueError: unknown sites, sites that are no attention patterns over these tokens, or a
            score for which no query counts.
    """
    tokens, mask = _checked(model, tokens, scored)
    names = blocks.patterns(model) if patterns is None else list(patterns)
    pieces = Reuse(model)
    like = like_batch(tokens, batch_size)
    pieces.get(("check heads", tuple(names)), lambda model: _check(model, like, names), like)
    summed = pieces.get(("heads", tuple(names)), lambda model: _summed(model, names), like)
    total: dict[str, dict[str, np.ndarray]] = {k: {} for k in SCORES}
    queries = dict.fromkeys(SCORES, 0)
    for rows, count in progress(list(chunks(len(tokens), batch_size)), "head scores"):
        real = mask[rows] & (np.arange(len(rows)) < count)[:, None]
        found, off = jax.device_get(summed(model.params, jnp.asarray(tokens[rows]), real))
        _check_sums({name: float(x) for name, x in off.items()})
        for score, by_site in found.items():
            queries[score] += int(by_site["uniform"][1])
            for name, (attention, _) in by_site.items():
                so_far = total[score].get(name, np.float64(0))
                total[score][name] = so_far + np.asarray(attention, dtype=np.float64)
    empty = [score for score, count in queries.items() if not count]
    if empty:
        raise ValueError(
            f"no query counts for {', '.join(empty)}: pass sequences in which tokens occur again "
            "(and, for induction, are followed by something before they do)"
        )
    means = {k: Listing({n: x / queries[k] for n, x in by.items()}) for k, by in total.items()}
    uniform = {k: float(by.pop("uniform")[0]) for k, by in means.items()}
    return HeadScores(means, uniform, queries)


def _summed(model: Model, names: Sequence[str]) -> Any:
    """Compiled: ``(params, tokens, which count) -> (attention and queries, errors of sums)``."""

    def summed(params: Any, batch: Array, real: Array) -> Any:
        _, values = capture(dataclasses.replace(model, params=params), names)(batch)
        width = batch.shape[1]
        flat = jnp.tril(jnp.ones((width, width))) / jnp.arange(1.0, width + 1.0)[:, None]
        values["uniform"] = jnp.broadcast_to(flat[None, None], (len(batch), 1, width, width))
        wanted = {name: keys(name, batch) & real[:, :, None] for name in SCORES}
        off = {
            n: jnp.abs(jnp.where(real[:, None], x.sum(axis=-1) - 1, 0)).max()
            for n, x in values.items()
        }
        return {
            k: {n: pattern_score(x, w) for n, x in values.items()} for k, w in wanted.items()
        }, off

    return jax.jit(summed)


def _checked(model: Model, tokens: Any, scored: Any) -> tuple[np.ndarray, np.ndarray]:
    """Tokens, and which of them count as queries.

    Raises:
        ValueError: tokens that are not (n, pos) integers, a mask of another shape or dtype.
    """
    found = given(model, tokens, "tokens")
    shape, dtype = np.shape(found), getattr(found, "dtype", type(found).__name__)
    if len(shape) != 2 or not np.issubdtype(dtype, np.integer) or 0 in shape:
        raise ValueError(f"tokens are (n, pos) integers, got {dtype} {shape}")
    mask = np.ones(shape, bool) if scored is None else np.asarray(scored)
    if mask.shape != shape or mask.dtype != bool:
        raise ValueError(
            f"scored is boolean and of the tokens' shape {shape}, got {mask.dtype} {mask.shape}"
        )
    return np.asarray(found), mask


def _check(model: Model, tokens: jax.ShapeDtypeStruct, names: Sequence[str]) -> bool:
    graph = trace_model(model, model.params, tokens, names)
    graph.check(names)
    problems = [] if names else ["no patterns: name at least one site"]
    n, width = tokens.shape
    for name in names:
        shape = shape_of(graph.read_vars(name)[0]).shape
        if len(shape) != 4 or (shape[0], *shape[2:]) != (n, width, width):
            problems.append(
                f"site {name!r} has shape {shape}: a pattern over these tokens is "
                f"({n}, heads, {width}, {width})"
            )
    if problems:
        raise ValueError("\n".join(problems))
    return True


def _check_sums(off: dict[str, float]) -> None:
    bad = {name: x for name, x in off.items() if not x <= 1e-3}
    if bad:
        raise ValueError(
            "attention of a query adds up to 1, but at "
            + ", ".join(f"{name!r} it is off by {x:.3g}" for name, x in bad.items())
            + ": take the pattern after the softmax, not the scores"
        )
