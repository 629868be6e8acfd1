"""Induction, written by hand: attention patterns as programs of the tokens alone.

The claim (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; Olsson et al.
2022, arXiv 2209.11895): a two-layer attention-only transformer continues repeated text with two
kinds of heads. A previous-token head of the first block attends to the position before, so that
every position knows which token came before it. An induction head of the second block looks for the
positions whose previous token is the current one, that is, for what followed it before (prefix
matching), and copies what it finds there. One program for each:

- ``previous_token``: attention to the position before, all other keys alike, as long as it is
  early enough for a block to start that can come again; evenly after that (``always_previous``
  leaves this out);
- ``prefix_matching``: attention to what followed earlier occurrences of the current token, all
  other keys alike; evenly to everything where the current token is new;
- ``composed_matching`` says how induction heads come to know it: they attend to the positions from
  which the previous-token heads attended to the current token.

Each head has one constant: how much the keys that count stand out, in nats. Previous-token heads
share another one, the place up to which they work. Which heads the programs stand in for, and the
constants, come from the network at hand (``circuits.induction.fit``). What the heads write where
they attend stays the network's own.

Sharp edge: ``prefix_matching`` reads the tokens, not what the previous-token heads do. Where it
stands in, induction no longer depends on those heads, and a wrong program for them costs nothing.
``composed_matching`` reads their pattern, natural or artificial, and fails with them.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from aann import Constants
from circuits.fitting.attention import causal_softmax

Tokens = Int[Array, "batch pos"]
Feature = Float[Array, "batch query key"]
Pattern = Float[Array, "batch head query key"]


def previous_token(tokens: Tokens, c: Constants) -> Pattern:
    """Each head attends to the previous position, up to a place; to all alike after it."""
    early = (jnp.arange(tokens.shape[1]) <= c.until).astype(jnp.float32)
    return emphasis(back(tokens, 1) * early[None, :, None], c.strength)


def always_previous(tokens: Tokens, c: Constants) -> Pattern:
    """Each head attends to the previous position."""
    return emphasis(back(tokens, 1), c.strength)


def prefix_matching(tokens: Tokens, c: Constants) -> Pattern:
    """Each head attends to what followed earlier occurrences of the current token."""
    return emphasis(after_match(tokens, 1), c.strength)


def composed_matching(pattern: Pattern, tokens: Tokens, c: Constants) -> Pattern:
    """Each head attends to positions from which earlier heads attended to the current token."""
    attended = jnp.take(pattern, c.heads, axis=1).mean(1)
    same = (tokens[:, None, :] == tokens[:, :, None]).astype(jnp.float32)
    return emphasis(jnp.einsum("bkj,bqj->bqk", attended, same), c.strength)


def earliest_match(tokens: Tokens, c: Constants) -> Pattern:
    """Each head attends to what followed the first occurrence of the current token."""
    match = after_match(tokens, 1)
    first = jnp.where(jnp.cumsum(match, axis=-1) == 1, match, 0.0)
    return emphasis(first, c.strength)


def back(tokens: Tokens, distance: int) -> Feature:
    """1 where the key lies this many positions before the query."""
    width = tokens.shape[1]
    diagonal = jnp.eye(width, k=-distance)
    return jnp.broadcast_to(diagonal[None], (len(tokens), width, width))


def after_match(tokens: Tokens, shift: int) -> Feature:
    """1 where the token this many positions before the key is the query's, up to the query.

    A shift of 0 marks other occurrences of the token itself, without the query's own position.
    """
    place = jnp.arange(tokens.shape[1])
    same = jnp.roll(tokens, shift, axis=1)[:, None, :] == tokens[:, :, None]
    query, key = place[None, :, None], place[None, None, :]
    return (same & (key >= shift) & (key - shift < query) & (key <= query)).astype(jnp.float32)


def emphasis(feature: Feature, strength: Float[Array, " head"]) -> Pattern:
    """Attention to the keys with the feature, by each head's strength; all others alike."""
    return causal_softmax(strength[None, :, None, None] * feature[:, None])


def two_back(tokens: Tokens, c: Constants) -> Pattern:
    """Control: each head attends two positions back."""
    return emphasis(back(tokens, 2), c.strength)


def duplicate(tokens: Tokens, c: Constants) -> Pattern:
    """Control: each head attends to earlier occurrences of the current token itself."""
    return emphasis(after_match(tokens, 0), c.strength)


def two_after_match(tokens: Tokens, c: Constants) -> Pattern:
    """Control: each head attends one position too far after earlier occurrences."""
    return emphasis(after_match(tokens, 2), c.strength)


def evenly(tokens: Tokens, c: Constants) -> Pattern:
    """Control: each head attends to all positions alike, whatever its strength."""
    return emphasis(jnp.zeros_like(back(tokens, 0)), c.strength)
