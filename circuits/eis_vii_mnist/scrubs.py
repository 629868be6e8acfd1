"""What the first dense layer stands for, as hypotheses to scrub.

If the network labels by the likeness s to one "1" (``circuits.eis_vii_mnist.program``), each of its
two groups of units may come from any picture of about the same s, one group from one picture and
the other from another. The published test does this within 0.01, 0.1, 1 and 10% of the range of s,
and with any picture; labels kept were 95, 95, 93, 64 and 50%. Its widths are read here as the
standard deviation of a Gaussian over s. The likeness to another "1", and the amount of ink, have
as many stand-ins and ought to lose.
"""

from collections.abc import Sequence
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

import aann
from aann.scrubbing.equivalence import Within
from circuits.eis_vii_mnist.groups import Groups
from circuits.eis_vii_mnist.program import Images, similarity
from circuits.fitting.scrubs import Scrubs, with_shuffled

SITE: Final = "fc1"
SHARES: Final = (1e-4, 1e-3, 1e-2, 1e-1)
"""Widths as shares of the range of s on design pictures."""
NESTED: Final = 1e-2


def scrubs(
    clue: Float[np.ndarray, "28 28"],
    other: Float[np.ndarray, "28 28"],
    groups: Groups,
    design: Float[np.ndarray, "n 28 28 1"],
) -> list[Scrubs]:
    """The hypotheses about both groups.

    Args:
        clue: the published template, in [0, 1].
        other: another picture of the same digit.
        groups: units of the first dense layer.
        design: pictures in [0, 1], on which the range of s is measured.
    """

    def likeness(images: Images) -> jax.Array:
        """Both groups of units carry the likeness to the template."""
        return both(similarity(images, jnp.asarray(clue)))

    def from_below(images: Images) -> jax.Array:
        """Both groups carry the likeness, which the last pooling layer carries, too."""
        return both(aann.value("s", similarity(images, jnp.asarray(clue))))

    def other_likeness(images: Images) -> jax.Array:
        """Wrong: both groups carry the likeness to another picture of the same digit."""
        return both(similarity(images, jnp.asarray(other)))

    def ink(images: Images) -> jax.Array:
        """Wrong: both groups carry the amount of ink."""
        return both(0.255 * images.sum((1, 2, 3)))

    where = {"one": aann.Where(SITE, groups.one), "inverse": aann.Where(SITE, groups.inverse)}
    reach = {p: _range(p, design) for p in (likeness, other_likeness, ink)}

    def within(share: float, spread: float) -> Within:
        return Within(share * spread, "gaussian")

    widths = {f"within {100 * share:g}% of the range": share for share in SHARES}
    claimed = [
        aann.Hypothesis(likeness, where, within(share, reach[likeness]), "keep", name)
        for name, share in widths.items()
    ]
    nested = aann.Hypothesis(
        from_below, {**where, "s": "pool2"}, within(NESTED, reach[likeness]), "keep",
        f"within {100 * NESTED:g}%, from the pooling layer's",
    )  # fmt: skip
    wrong = [
        aann.Hypothesis(p, where, within(NESTED, reach[p]), "keep", name)
        for p, name in ((other_likeness, 'another "1"'), (ink, "ink"))
    ]
    return [
        with_shuffled(
            "groups of units", tuple(claimed), *wrong, widths=widths, dealt=SHARES.index(NESTED)
        ),
        Scrubs("groups and the layer below", (nested,), ()),
    ]


def both(s: jax.Array) -> jax.Array:
    """Either group's value is s: what it does of s is left to the network."""
    return jnp.maximum(aann.value("one", s), aann.value("inverse", s))


def _range(program: object, design: np.ndarray) -> float:
    values = np.asarray(program(jnp.asarray(design)))  # type: ignore[operator]
    return float(values.max() - values.min())


def another(pictures: Float[np.ndarray, "n 28 28"], digits: Sequence[int], clue: int) -> np.ndarray:
    """The first picture after the clue that shows the same digit.

    Args:
        pictures: of the training set.
        digits: what they show.
        clue: the position of the clue.
    """
    later = [i for i in range(clue + 1, len(pictures)) if digits[i] == digits[clue]]
    found: np.ndarray = pictures[later[0]]
    return found
