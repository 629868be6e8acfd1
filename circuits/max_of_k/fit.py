"""Constants of the max-of-K programs for the network at hand, fitted on design sequences.

The slope is the one that makes the natural attention of the last position most likely
(``circuits.fitting.attention.fit``). What copying does to the logits is fitted by least squares on
the natural logits, less the mean of each example: a constant added to all logits changes nothing.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.fitting.attention import fit, observe, rounded
from circuits.max_of_k import program as programs

PATTERN, LOGITS = "blocks.0.attn.pattern", "logits"
REACH = 3
"""Values to either side of the one attended to that ``neighbours`` knows about."""

Program = Callable[..., jax.Array]


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What the network does with the design sequences.

    Attributes:
        model: the network, of one block and one head, tokens (batch, K) to logits (batch, tokens).
        tokens: (n, K).
        pattern: (n, K), attention of the last position.
        logits: (n, tokens).
    """

    model: aann.Model
    tokens: np.ndarray
    pattern: np.ndarray
    logits: np.ndarray

    @property
    def vocabulary(self) -> int:
        """How many tokens there are."""
        return int(self.logits.shape[1])


def look(model: aann.Model, design: aann.Design) -> Evidence:
    """Run the network on the design sequences.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the network has other than one head, or logits at many positions.
    """
    tokens, values = observe(model, design, [PATTERN, LOGITS])
    pattern, logits = values[PATTERN], values[LOGITS]
    if pattern.shape[1] != 1 or logits.ndim != 2:
        raise ValueError(
            f"the programs are for one head and logits (batch, tokens), but {model.name!r} has a "
            f"pattern of shape {pattern.shape} (batch, head, query, key) and logits of shape "
            f"{logits.shape}"
        )
    return Evidence(model, tokens, pattern[:, 0, -1], logits)


def ordered(seen: Evidence) -> aann.Replacement:
    """``programs.ordered`` in place of the attention of the last position."""
    count, width = seen.tokens.shape
    values = np.broadcast_to(seen.tokens[:, None, None, :], (count, 1, width, width))
    pattern = np.broadcast_to(seen.pattern[:, None, None, :], (count, 1, width, width))
    last = np.broadcast_to(np.arange(width) == width - 1, (count, width))
    slope = rounded(fit(values, pattern, last)[0, 0])
    note = f"nats a step in value; likelihood of the pattern of {count} design sequences"
    constants = {"slope": aann.Constant(float(slope), "fitted", note)}
    return _attention(seen, programs.ordered, "ordered", constants)


def copying(seen: Evidence) -> aann.Replacement:
    """``programs.copying`` in place of all logits."""
    gain = float(_least_squares(seen, [0])[0])
    return _logits(seen, programs.copying, "copying", {"gain": gain})


def neighbours(seen: Evidence) -> aann.Replacement:
    """``programs.neighbours`` in place of all logits."""
    tuning = _least_squares(seen, range(-REACH, REACH + 1))
    return _logits(seen, programs.neighbours, "copying and neighbours", {"tuning": tuning})


def smallest(made: aann.Replacement) -> aann.Replacement:
    """Control: attention falls with the token's value."""
    slope = -np.asarray(made.constants["slope"].value, np.float64)
    return made.with_constants(name="smallest first", slope=slope)


def variant(made: aann.Replacement, program: Program, name: str) -> aann.Replacement:
    """Another program in the same place, with those of the constants that it uses.

    Constants that a program does not use would count as known by it.
    """
    code = getattr(program, "__wrapped__", program).__code__
    used = {n: c for n, c in made.constants.items() if n in code.co_names}
    return dataclasses.replace(made, program=program, name=name, constants=used)


def _least_squares(seen: Evidence, offsets: Sequence[int]) -> np.ndarray:
    """What attention to a value adds to the logits at these distances from it, (offsets,)."""
    pattern = jnp.asarray(seen.pattern)[:, None, None]
    tokens = jnp.asarray(seen.tokens)
    moved = [programs.attended(pattern, tokens + o, seen.vocabulary) for o in offsets]
    features = np.stack([np.asarray(x, np.float64) for x in moved], axis=-1)
    features -= features.mean(1, keepdims=True)
    logits = seen.logits.astype(np.float64)
    logits -= logits.mean(1, keepdims=True)
    flat = features.reshape(-1, len(offsets))
    weights = np.linalg.lstsq(flat, logits.ravel(), rcond=None)[0]
    return rounded(weights)


def _attention(
    seen: Evidence, program: Program, name: str, constants: Mapping[str, Any]
) -> aann.Replacement:
    return aann.make(
        program, model=seen.model.name, site=PATTERN, units=(0,), axis=1,
        positions=(seen.tokens.shape[1] - 1,), position_axis=2, constants=constants, name=name,
    )  # fmt: skip


def _logits(
    seen: Evidence, program: Callable[[int], Program], name: str, constants: Mapping[str, Any]
) -> aann.Replacement:
    note = f"nats of logit; least squares on {len(seen.tokens)} design sequences"
    return aann.make(
        program(seen.vocabulary), model=seen.model.name, site=LOGITS, units=range(seen.vocabulary),
        reads=(PATTERN, "input"), name=name,
        constants={n: aann.Constant(x, "fitted", note) for n, x in constants.items()},
    )  # fmt: skip
