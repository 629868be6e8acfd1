"""Units of InceptionV1 that Distill's articles name: of ``zoo.load("inceptionv1", "distill")``.

Sources: Cammarata et al., "Curve Detectors" (Distill 2020) and "Curve Circuits" (Distill 2021); the
peaks are from the tuning data published beside the latter (``curves-mixed3b.json``).

Sharp edge: the numbers hold for that checkpoint alone. In the default variant the same channels are
something else; ``circuits.curves.family`` finds such families in any model.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Units(NamedTuple):
    """A family of units.

    Attributes:
        site: where they are.
        units: their channels, in the order of the source.
    """

    site: str
    units: tuple[int, ...]


FAMILIES: Final[Mapping[str, Units]] = MappingProxyType(
    {
        "3b curves": Units("mixed3b", (379, 406, 385, 343, 342, 388, 324, 340, 330, 349)),
        "3a early curves": Units(
            "mixed3a", (81, 104, 92, 145, 95, 163, 171, 71, 147, 189, 137)
        ),
        "3a lines": Units(
            "mixed3a", (227, 0, 75, 146, 69, 169, 57, 154, 27, 134, 150, 240)
        ),
        "3a texture lines": Units("mixed3a", (47, 142, 6, 101, 16)),
        "3a cliffs": Units("mixed3a", (176, 96, 77, 149, 100)),
        "conv2d2 tiny curves": Units(
            "conv2d2", (32, 171, 111, 80, 140, 180, 39, 130, 63, 182, 117)
        ),
        "conv2d2 lines": Units(
            "conv2d2",
            (
                107, 31, 9, 112, 133, 103, 97, 125, 20, 33, 113, 185, 150, 166, 157, 57, 145,
                48, 55, 15, 152, 11, 141, 174, 44, 170, 27, 100, 30, 82, 65, 3, 108,
            ),
        ),
        "4a curves": Units(
            "mixed4a", (26, 50, 58, 62, 95, 168, 403, 406, 407, 415, 424, 428, 436, 437)
        ),
    }
)  # fmt: skip
"""Family -> its units. The lines of conv2d2 are sorted by orientation."""

CURVE_PEAKS: Final[Mapping[int, float]] = MappingProxyType(
    {
        379: 243.0, 406: 268.5, 385: 290.0, 343: 358.0, 342: 22.5,
        388: 66.5, 324: 91.5, 340: 110.0, 330: 145.0, 349: 181.0,
    }
)  # fmt: skip
"""Unit of "3b curves" -> orientation of the synthetic curve that it answers to most, in degrees."""
