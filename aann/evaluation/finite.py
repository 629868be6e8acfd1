"""Values that are not finite never reach a metric."""

from collections.abc import Sequence

import numpy as np

from aann.program.replacement import Replacement


def check_finite(
    values: np.ndarray, names: Sequence[str], replacement: Replacement, what: str
) -> None:
    """Raise where some values of units are NaN or infinite.

    Args:
        values: (n, *positions, units), units in the order of ``replacement.units``.
        names: of the n examples.
        replacement: whose site and units these are.
        what: who computed them, for the message.

    Raises:
        ValueError: with the site, and unit, example and position of the first bad value.
    """
    bad = np.argwhere(~np.isfinite(values))
    if not len(bad):
        return
    example, *position, unit = (int(i) for i in bad[0])
    raise ValueError(
        f"{what} gives {values[tuple(bad[0])]} at site {replacement.site!r}: unit "
        f"{replacement.units[unit]}, example {names[example]!r}, position {tuple(position)} "
        f"({len(bad)} bad values in this batch of {len(names)})"
    )
