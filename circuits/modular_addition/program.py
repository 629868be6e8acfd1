"""Addition modulo p by Fourier components, written by hand, from the two tokens.

The claim (Nanda et al. 2023, "Progress measures for grokking via mechanistic interpretability",
arXiv 2301.05217): a one-layer transformer that has grokked a + b mod p embeds a and b as cosines
and sines of w a and w b, for a few frequencies w = 2 pi k / p; attention and neurons multiply them
into cosines and sines of w (a + b); and the logit of c is a sum of cos(w (a + b - c)), which every
frequency makes largest at c = a + b. One program for each part of the claim:

- ``neurons``: each neuron is a polynomial of degree 2 in one frequency's waves (``rectified`` says
  it with fewer constants: a rectified sum of shifted cosines of a and of b);
- ``mlp``: what the neurons write together are waves of a + b; ``mlp_plane`` says the same of the
  directions that the unembedding reads, with one constant a frequency;
- ``attention``: "=" attends to a and b in turns, as a sinusoid; ``mean_attention`` says that it
  does so evenly, ``blended_attention`` that a head blends all key frequencies;
- ``network``: all of it, from tokens to logits.

Which frequencies, and all other constants, come from the network at hand:
``circuits.modular_addition.fourier`` finds the frequencies, ``circuits.modular_addition.fit`` fits
the rest and makes the replacements. All programs read the tokens (a, b, "=") and write at "=", the
last position. Nothing is registered under a name of its own, because there is one set of constants
for each network.

Sharp edge: ``network`` knows how to add. It answers right whatever the network does, so read its
cross-entropy beside its divergence from the network (kl), and see ``modular_controls``.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from aann import Constants
from circuits.modular_addition.fourier import waves

Tokens = Int[Array, "batch 3"]


def neurons(tokens: Tokens, c: Constants) -> Float[Array, "batch 1 neuron"]:
    """Each neuron is a polynomial of degree 2 in one frequency's cosines and sines of a and b."""
    terms = products(*pair(tokens, c))
    value: jax.Array = (terms * c.coefficients[None]).sum(-1)[:, None]
    return value


def rectified(tokens: Tokens, c: Constants) -> Float[Array, "batch 1 neuron"]:
    """Each neuron is a rectified sum of one frequency's shifted cosines of a and of b."""
    (cos_a, sin_a), (cos_b, sin_b) = pair(tokens, c)
    drive = c.cosine[None] * (cos_a + cos_b) + c.sine[None] * (sin_a + sin_b)
    return jnp.maximum(drive + c.offset[None], 0)[:, None]


def mlp(tokens: Tokens, c: Constants) -> Float[Array, "batch 1 channel"]:
    """The neurons together write cosines and sines of w (a + b), in two directions a frequency."""
    cosine, sine = waves(c.frequency, tokens[:, 0] + tokens[:, 1], c.modulus)
    written: jax.Array = cosine @ c.cosine + sine @ c.sine + c.constant[None]
    return written[:, None]


def mlp_plane(tokens: Tokens, c: Constants) -> Float[Array, "batch 1 direction"]:
    """Where the unembedding reads a frequency, the neurons write its cosine and sine of a + b."""
    cosine, sine = waves(c.frequency, tokens[:, 0] + tokens[:, 1], c.modulus)
    size = c.amplitude[None]
    return jnp.concatenate([size * cosine, size * sine], axis=-1)[:, None]


def attention(tokens: Tokens, c: Constants) -> Float[Array, "batch head 1 key"]:
    """Each head attends to a rather than b by one frequency's sinusoid of a, less that of b."""
    (cos_a, sin_a), (cos_b, sin_b) = pair(tokens, c)
    tilt = c.cosine[None] * (cos_a - cos_b) + c.sine[None] * (sin_a - sin_b)
    first, second = c.first[None] + tilt, c.second[None] - tilt
    return jnp.stack([first, second, 1 - first - second], axis=-1)[:, :, None]


def mean_attention(tokens: Tokens, c: Constants) -> Float[Array, "batch head 1 key"]:
    """Each head attends to a and b the same way, whatever they are."""
    third = 1 - c.first - c.second
    pattern = jnp.stack([c.first, c.second, third], axis=-1)[None, :, None]
    return jnp.broadcast_to(pattern, (len(tokens), *pattern.shape[1:]))


def blended_attention(tokens: Tokens, c: Constants) -> Float[Array, "batch head 1 key"]:
    """The log odds of attending to a rather than b are a sum of all key frequencies' waves."""
    (cos_a, sin_a), (cos_b, sin_b) = pair(tokens, c)
    odds = (cos_a - cos_b) @ c.cosine + (sin_a - sin_b) @ c.sine + c.offset[None]
    first = (1 - c.rest)[None] * jax.nn.sigmoid(odds)
    third = jnp.broadcast_to(c.rest[None], first.shape)
    return jnp.stack([first, 1 - first - third, third], axis=-1)[:, :, None]


def network(modulus: int) -> Callable[[Tokens, Constants], Float[Array, "batch residue"]]:
    """The whole network for residues of this modulus, which sets the shape of the logits."""

    def adds(tokens: Tokens, c: Constants) -> Float[Array, "batch residue"]:
        """The logit of c is a sum of cos(w (a + b - c)) over the key frequencies."""
        p = jnp.asarray(modulus)
        cosine, sine = waves(c.frequency, tokens[:, 0] + tokens[:, 1], p)
        cosine_c, sine_c = waves(c.frequency, jnp.arange(modulus), p)
        size = c.amplitude[None]
        logits: jax.Array = (size * cosine) @ cosine_c.T + (size * sine) @ sine_c.T
        return logits

    return adds


def pair(
    tokens: Tokens, c: Constants
) -> tuple[tuple[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]:
    """Cosines and sines of the program's frequencies at a and at b, (batch, wave) each."""
    return waves(c.frequency, tokens[:, 0], c.modulus), waves(c.frequency, tokens[:, 1], c.modulus)


def products(
    a: tuple[jax.Array, jax.Array], b: tuple[jax.Array, jax.Array]
) -> Float[Array, "batch wave 9"]:
    """All products of (1, cos, sin) of a with (1, cos, sin) of b."""
    one = jnp.ones_like(a[0])
    return jnp.stack([x * y for x in (one, *a) for y in (one, *b)], axis=-1)
