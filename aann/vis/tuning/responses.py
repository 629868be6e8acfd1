"""What units answer to pictures, batch by batch."""

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float


def responses(
    read: Callable[[Any], jax.Array], batches: Iterable[np.ndarray], dtype: Any = np.float32
) -> Float[np.ndarray, "batches n units"]:
    """What ``read`` gives for each batch of pictures, on the host."""
    return np.stack([np.asarray(read(jnp.asarray(b, dtype))) for b in batches])
