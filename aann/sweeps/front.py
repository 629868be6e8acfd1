"""What is worth its bits: the settings that no other one beats at once in bits and in recovered."""

import numpy as np
from jaxtyping import Bool, Float

Bits = Float[np.ndarray, " settings"]


def front(bits: Bits, recovered: Bits) -> Bool[np.ndarray, " settings"]:
    """Which settings are on the Pareto front.

    A setting is on it if it recovers more than zero-ablation, which costs no bits, and more than
    every setting that is not longer. Of settings that are equal in both the first is on it.

    Args:
        bits: description lengths.
        recovered: the same settings' loss recovered; NaN is never on the front.
    """
    result = np.zeros(len(bits), dtype=bool)
    best = 0.0
    # By bits; among equal ones the best first, then the first.
    for i in np.lexsort((np.arange(len(bits)), -recovered, bits)):
        if recovered[i] > best:
            result[i], best = True, recovered[i]
    return result
