"""Which pairs the published network was trained on: half of them, shuffled by Python's ``random``.

The challenge says that half were for training, not which. The scripts that its network comes from
(``gen_train_test`` of the grokking code) shuffle all pairs with ``random.seed(0)`` and take the
first half. The published network bears that out: of the 174 pairs that it gets wrong 19 lie in
that half and 155 in the other, where a half that has nothing to do with it has 87 give or take 7,
and 200 other seeds have 68 or more. (The challenge's hint of 97.27% on the test half is what comes
out if all 174 are counted there.)
"""

import random
from typing import Final

import numpy as np
from jaxtyping import Int

P: Final = 113
"""How many numbers there are; also the last token."""


def training_rows(p: int = P) -> Int[np.ndarray, " half"]:
    """Rows of all pairs, in the order of A, then of B, that were for training; sorted."""
    rows = list(range(p * p))
    random.Random(0).shuffle(rows)
    return np.sort(rows[: p * p // 2])
