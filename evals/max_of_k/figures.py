"""What the max-of-K evaluation shows beside its bars: arrays first, figures from them."""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

import aann
from aann.patching.copying import ov_circuit
from aann.vis.attention import PatternRow, against, patterns
from aann.vis.caption import captioned
from circuits.max_of_k.fit import PATTERN

SCORES = PATTERN.replace("pattern", "scores")
SHOWN = 12
"""Held-out sequences in the figure of attention patterns."""

CAPTIONS = {
    "patterns": "Attention of the last position, the network's and the program's: the first "
    f"{SHOWN} held-out sequences in their order, whatever they show.",
    "copying": "What attention to each token adds to each logit, less the mean over logits: every "
    "token, nothing was picked.",
    "scores": "The score that attention gives each token at the first position: the mean and the "
    "spread over all last tokens, and the program's line. Nothing was picked.",
}


def arrays(
    model: aann.Model, both: Sequence[aann.Replacement], heldout: aann.HeldOut
) -> dict[str, np.ndarray]:
    """Attention on some sequences, scores by token, and what attention does to the logits.

    Args:
        model: the network.
        both: ``ordered`` and ``copying``, fitted to it.
        heldout: sequences to show.
    """
    ordered, copying = both
    vocabulary = len(copying.units)
    tokens = jnp.asarray(heldout.load(range(min(SHOWN, len(heldout)))))
    natural = jax.jit(aann.capture(model, [PATTERN]))(tokens)[1][PATTERN]
    values = jnp.arange(vocabulary, dtype=jnp.int32)
    scores = _scores(model, vocabulary, tokens.shape[1])
    slope = np.asarray(ordered.constants["slope"].value, np.float64)
    circuit = ov_circuit(model, 0, np.asarray(values))[0]
    attended = copying.compute(jnp.ones((vocabulary, 1, 1, 1)), values[:, None])
    return {
        "sequences": np.asarray(tokens),
        "natural_attention": np.asarray(natural)[:, 0, -1],
        "artificial_attention": np.asarray(ordered.compute(tokens))[:, 0, 0],
        "natural_score": scores.mean(0),
        "natural_score_spread": scores.std(0),
        "artificial_score": slope * (np.asarray(values) - (vocabulary - 1) / 2),
        "natural_copying": circuit - circuit.mean(1, keepdims=True),
        "artificial_copying": np.asarray(attended - attended.mean(1, keepdims=True)),
    }


def figures(found: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    """Figures of the arrays."""
    attention = PatternRow(
        found["natural_attention"],
        found["artificial_attention"],
        "attention of the last position on held-out sequences",
        rows=[" ".join(map(str, row)) for row in found["sequences"]],
    )
    copied = PatternRow(
        found["natural_copying"],
        found["artificial_copying"],
        "what attention to each token adds to the logits, less the mean",
    )
    score = found["natural_score"]
    scores = against(
        np.arange(len(score), dtype=np.float64),
        score,
        found["natural_score_spread"],
        found["artificial_score"],
        labels=("token attended to", "attention score (nats, less the mean)"),
        title="attention grows with the token",
    )
    drawn = {
        "patterns": patterns([attention], axes=("sequence", "position attended to")),
        "copying": patterns([copied], axes=("token attended to", "logit")),
        "scores": scores,
    }
    return {name: captioned(figure, CAPTIONS[name]) for name, figure in drawn.items()}


def _scores(model: aann.Model, vocabulary: int, width: int) -> np.ndarray:
    """Scores of each token at the first key, less their mean, for each last token.

    (last token, token), float32.
    """
    values = jnp.arange(vocabulary, dtype=jnp.int32)
    last, first = jnp.meshgrid(values, values, indexing="ij")
    between = jnp.zeros((vocabulary, vocabulary, width - 2), jnp.int32)
    tokens = jnp.concatenate([first[..., None], between, last[..., None]], axis=-1)
    read = jax.jit(aann.capture(model, [SCORES]))(tokens.reshape(-1, width))[1][SCORES]
    table = np.asarray(read)[:, 0, -1, 0].reshape(vocabulary, vocabulary)
    centred: np.ndarray = table - table.mean(1, keepdims=True)
    return centred
