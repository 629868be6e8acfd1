"""Between unbounded planes and pictures in [0, 1], in colours that are independent in photographs.

Moving red, green and blue together is one step of an optimiser, and moving them apart another,
about nine times smaller: so are the colours of photographs (Olah et al. 2017, "Feature
Visualization", doi 10.23915/distill.00007).
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Images = Float[Array, "n y x channel"]

SQUARE_ROOT = np.asarray(
    [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]], np.float32
)  # fmt: skip
"""Square root of the covariance of colours over ImageNet, as Lucid has it."""

COLOURS = SQUARE_ROOT / np.linalg.norm(SQUARE_ROOT, axis=0).max()

EDGE = 1e-3
"""How close to black and white a picture can be that an optimisation starts at."""


def to_range(planes: Images, *, decorrelate: bool) -> Images:
    """Unbounded planes as pictures in [0, 1]; three channels in colours of photographs."""
    if decorrelate and planes.shape[-1] == len(COLOURS):
        planes = planes @ jnp.asarray(COLOURS).T
    return jax.nn.sigmoid(planes)


def from_range(pictures: Images, *, decorrelate: bool) -> Images:
    """The planes of pictures in [0, 1], which are first kept ``EDGE`` away from both ends."""
    kept = jnp.clip(pictures, EDGE, 1 - EDGE)
    planes = jnp.log(kept) - jnp.log1p(-kept)
    if decorrelate and planes.shape[-1] == len(COLOURS):
        planes = planes @ jnp.asarray(np.linalg.inv(COLOURS)).T
    return planes
