"""Values that are not finite never reach a metric."""

from collections.abc import Mapping, Sequence

import numpy as np

from aann.program.replacement import Replacement


def check_finite(
    values: np.ndarray,
    names: Sequence[str],
    replacement: Replacement,
    what: str,
    present: np.ndarray | None = None,
) -> None:
    """Raise where some values of units are NaN or infinite.

    Args:
        values: (n, *positions, units), units in the order of ``replacement.units``.
        names: of the n examples.
        replacement: whose site and units these are.
        what: who computed them, for the message.
        present: (n, *positions) booleans, where values count, or None: everywhere.

    Raises:
        ValueError: with the site, and unit, example and position of the first bad value.
    """
    wrong = ~np.isfinite(values)
    if present is not None:
        wrong &= present.reshape(*present.shape, *[1] * (wrong.ndim - present.ndim))
    bad = np.argwhere(wrong)
    if not len(bad):
        return
    example, *position, unit = (int(i) for i in bad[0])
    raise ValueError(
        f"{what} gives {values[tuple(bad[0])]} at site {replacement.site!r}: unit "
        f"{replacement.units[unit]}, example {names[example]!r}, position {tuple(position)} "
        f"({len(bad)} bad values in this batch of {len(names)})"
    )


def check_losses(
    losses: Sequence[Mapping[str, np.ndarray]], rows: Sequence[str], names: Sequence[str]
) -> None:
    """Raise where losses are NaN or infinite: averages and intervals need finite ones.

    Args:
        losses: for each row, and at last perhaps for the intact model, metric -> (n,) losses.
        rows: their names.
        names: of the n examples.

    Raises:
        ValueError: with rows, metrics and examples, and what to do.
    """
    lines = []
    for row, found in zip(
        [*(f"row {name!r}" for name in rows), "the intact model"], losses, strict=False
    ):
        for metric, values in found.items():
            bad = np.flatnonzero(~np.isfinite(values))
            if len(bad):
                shown = ", ".join(repr(names[i]) for i in bad[:5]) + ", ..." * (len(bad) > 5)
                lines.append(
                    f"{row}: {metric} is {values[bad[0]]} for {len(bad)} of {len(names)} examples: "
                    f"{shown}"
                )
    if lines:
        raise ValueError(
            "losses must be finite to be averaged, but in this batch\n"
            + "\n".join(f"- {line}" for line in lines)
            + "\nA model with masked outputs (-inf) gives an infinite KL where a row moves the "
            "mask: leave such rows out with rows=, which names those to have, or give the model "
            "finite logits in apply, such as jnp.maximum(logits, -1e4)"
        )
