import jax.numpy as jnp
import numpy as np

from aann.vis import away_from_grey, opacity, total_variation
from aann.vis.features.objectives.objective import OPACITY, PICTURES

RNG = np.random.default_rng(0)
SEEN = RNG.uniform(size=(2, 4, 5, 3)).astype(np.float32)


def test_penalties_are_those_by_hand():
    values = {PICTURES: jnp.asarray(SEEN), OPACITY: jnp.asarray(SEEN[..., 0])}
    down, across = np.abs(np.diff(SEEN, axis=1)), np.abs(np.diff(SEEN, axis=2))
    for objective, expected in (
        (total_variation(), down.mean((1, 2, 3)) + across.mean((1, 2, 3))),
        (away_from_grey(), np.abs(SEEN - 0.5).mean((1, 2, 3))),
        (away_from_grey(2), np.square(SEEN - 0.5).mean((1, 2, 3))),
        (opacity(), SEEN[..., 0].mean((1, 2))),
    ):
        np.testing.assert_allclose(objective.of(values), expected, rtol=1e-5)
        assert objective.sites == ()
