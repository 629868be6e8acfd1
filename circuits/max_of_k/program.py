"""The largest of K numbers, written by hand, from the tokens.

The claim (Gross et al. 2024, "Compact Proofs of Model Performance via Mechanistic
Interpretability", arXiv 2406.11779): in a transformer of one attention head that names the largest
of K tokens, attention from the last position grows with the value of the token, and the head copies
what it attends to (its OV circuit raises the logit of that token). One program for each:

- ``ordered``: attention is a softmax of a slope times the token's value; ``largest`` says that all
  of it goes to the largest token, without a constant;
- ``copying``: the logit of a token is a gain times the attention that its copies get;
  ``neighbours`` adds what a token attended to does to the logits of the values around it.

``ordered`` writes the pattern of the last position, the only one that is read out. ``copying``
writes the logits and reads the pattern, natural or artificial: positions, the last token's direct
path to the logits and all interference between tokens are left out. The constants come from
``circuits.max_of_k.fit``.

Sharp edge: the artificial network knows what a maximum is. Its cross-entropy may be lower than that
of the network; read the divergence from it (kl) and the correlation of the logits too.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from aann import Constants

Tokens = Int[Array, "batch pos"]
LastPattern = Float[Array, "batch 1 1 key"]
Pattern = Float[Array, "batch 1 query key"]
Logits = Float[Array, "batch token"]
Copying = Callable[[Pattern, Tokens, Constants], Logits]


def ordered(tokens: Tokens, c: Constants) -> LastPattern:
    """Attention from the last position grows with the value of the token."""
    value = tokens.astype(jnp.float32)
    return jax.nn.softmax(c.slope * value, axis=-1)[:, None, None]


def largest(tokens: Tokens, c: Constants) -> LastPattern:
    """Attention from the last position goes to the largest token, to all of its copies alike."""
    top = (tokens == tokens.max(axis=-1, keepdims=True)).astype(jnp.float32)
    return (top / top.sum(axis=-1, keepdims=True))[:, None, None]


def copying(vocabulary: int) -> Copying:
    """The program for tokens and logits of this vocabulary, which sets the shape."""

    def copies(pattern: Pattern, tokens: Tokens, c: Constants) -> Logits:
        """The logit of a token is the attention that it gets, times a gain."""
        logits: Logits = c.gain * attended(pattern, tokens, vocabulary)
        return logits

    return copies


def neighbours(vocabulary: int) -> Copying:
    """The program for tokens and logits of this vocabulary."""

    def copies_around(pattern: Pattern, tokens: Tokens, c: Constants) -> Logits:
        """The logits of a token and of the values around it follow the attention that it gets."""
        reach = len(c.tuning) // 2
        offsets = range(-reach, reach + 1)
        moved = jnp.stack([attended(pattern, tokens + o, vocabulary) for o in offsets], axis=-1)
        logits: Logits = moved @ c.tuning
        return logits

    return copies_around


def attended(pattern: Pattern, tokens: Tokens, vocabulary: int) -> Logits:
    """How much attention from the last position each value gets; values outside are dropped."""
    hot = jax.nn.one_hot(tokens, vocabulary)
    return jnp.einsum("bk,bkv->bv", pattern[:, 0, -1], hot)


def evenly(tokens: Tokens, c: Constants) -> LastPattern:
    """Control: attention to all tokens alike."""
    return jnp.full((len(tokens), 1, 1, tokens.shape[1]), 1 / tokens.shape[1])


def one_too_many(vocabulary: int) -> Copying:
    """The control for tokens and logits of this vocabulary."""

    def copies_next(pattern: Pattern, tokens: Tokens, c: Constants) -> Logits:
        """Control: attention to a token raises the logit of the next larger one."""
        logits: Logits = c.gain * attended(pattern, tokens + 1, vocabulary)
        return logits

    return copies_next
