"""The labels of pairs (A, B), written by hand: two sums of look-ups, and an AND of their signs.

The claim (Heimersheim and Hobbhahn's analysis of the second challenge of "EIS VII: A Challenge for
Mechanists"): attention may be fixed to its mean, which makes what the MLP reads a sum of what A and
what B contribute; and the class is an AND of two thresholds of such sums, [f(A) + f'(B) > t] and
[g(A) + g'(B) > t']. One program for each step, from the tokens (A, B, 113):

- ``fixed_attention``: each head attends from the last position in the same way, whatever A and B;
- ``look_ups``: what the MLP reads is a constant and a few directions, along each of which A and B
  have a number of their own;
- ``all_above``: the class is 1 where every sum of look-ups is above zero. As a logit difference
  that is the soft minimum of the sums, all in nats; thresholds are in the tables of B.

``planes`` reads the sums off what the MLP reads, in place of the MLP and the unembedding alone.
``knots`` and ``kinds`` say the last with fewer numbers: the look-ups of B are lines between knots,
those of A the same for all A of a kind. ``any_above`` is the OR, to compare with.

Constants come from ``circuits.eis_vii_transformer.fit`` and ``thresholds``. Sharp edge: the
network's logits differ by 60 nats on a typical pair, so that each pair with the wrong sign costs
about as many nats as the program is sure; fits on the divergence make programs less sure.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from aann import Constants

Tokens = Int[Array, "batch 3"]
Sums = Float[Array, "threshold batch"]
Logits = Float[Array, "batch 2"]
P = 113
"""How many numbers there are."""

LOOK_UPS = {"first": 1, "second": 1}
"""A wrong program of the same form has the look-ups of A, and those of B, dealt out anew."""


def fixed_attention(tokens: Tokens, c: Constants) -> Float[Array, "batch head 1 key"]:
    """Each head attends to A, to B and to itself in the same way on all pairs."""
    pattern = jnp.stack([c.first, c.second, 1 - c.first - c.second], axis=-1)[None, :, None]
    return jnp.broadcast_to(pattern, (len(tokens), *pattern.shape[1:]))


def look_ups(tokens: Tokens, c: Constants) -> Float[Array, "batch 1 channel"]:
    """Along a few directions A and B contribute a number each, and nothing else is read."""
    sums = c.first[:, tokens[:, 0]] + c.second[:, tokens[:, 1]]
    read: jax.Array = sums.T @ c.directions + c.centre[None]
    return read[:, None]


def planes(middle: Float[Array, "batch 3 channel"], c: Constants) -> Logits:
    """``all_above`` with the sums read from what the MLP reads at the last position."""
    return logits(soft_minimum((middle[:, -1] @ c.weights.T + c.offset[None]).T))


def either_plane(middle: Float[Array, "batch 3 channel"], c: Constants) -> Logits:
    """``any_above`` with the sums read from what the MLP reads at the last position."""
    return logits(-soft_minimum(-(middle[:, -1] @ c.weights.T + c.offset[None]).T))


def all_above(tokens: Tokens, c: Constants) -> Logits:
    """Class 1 where every sum of a look-up of A and one of B is above zero."""
    return logits(soft_minimum(c.first[:, tokens[:, 0]] + c.second[:, tokens[:, 1]]))


def any_above(tokens: Tokens, c: Constants) -> Logits:
    """Class 1 where some sum of a look-up of A and one of B is above zero."""
    return logits(-soft_minimum(-c.first[:, tokens[:, 0]] - c.second[:, tokens[:, 1]]))


def knots(tokens: Tokens, c: Constants) -> Logits:
    """``all_above`` with look-ups of B that are lines between evenly spaced knots."""
    return logits(soft_minimum(c.first[:, tokens[:, 0]] + between(c.second, tokens[:, 1])))


def smooth(tokens: Tokens, c: Constants) -> Logits:
    """``all_above`` with look-ups of both tokens that are lines between evenly spaced knots."""
    return logits(soft_minimum(between(c.first, tokens[:, 0]) + between(c.second, tokens[:, 1])))


def kinds(tokens: Tokens, c: Constants) -> Logits:
    """``knots`` with look-ups of A that are the same for all A of a kind."""
    kind = c.kind[tokens[:, 0]]
    return logits(soft_minimum(c.first[:, kind] + between(c.second, tokens[:, 1])))


def soft_minimum(sums: Sums) -> Float[Array, " batch"]:
    """The least of the sums, less what the others take from it: at most log 2 nats for two."""
    least: jax.Array = -jax.nn.logsumexp(-sums, axis=0)
    return least


def between(table: Float[Array, "threshold knot"], token: Int[Array, " batch"]) -> Sums:
    """Each row of the table, with straight lines between its knots, the last one at P - 1."""
    last = table.shape[1] - 1
    place = token.astype(jnp.float32) * (last / (P - 1))
    left = jnp.minimum(place.astype(jnp.int32), last - 1)
    part = (place - left.astype(jnp.float32))[None]
    return (1 - part) * table[:, left] + part * table[:, left + 1]


def logits(lead: Float[Array, " batch"]) -> Logits:
    """Logits of classes 0 and 1 from that of 1 less that of 0."""
    return jnp.stack([-lead / 2, lead / 2], axis=-1)
