"""How a model takes its pictures."""

from aann.model import Model

COLOURS = 4
"""An axis of more entries does not hold the colours of a picture."""


def picture_of(model: Model) -> tuple[tuple[int, int, int], bool]:
    """Rows, columns and channels of one picture, and whether the channels come first.

    Raises:
        ValueError: the model takes no pictures, or does not say what it takes.
    """
    given = model.batch(1).shape[1:]
    if len(given) == 2:
        return (given[0], given[1], 1), False
    if len(given) == 3 and given[2] <= COLOURS:
        return (given[0], given[1], given[2]), False
    if len(given) == 3 and given[0] <= COLOURS:
        return (given[1], given[2], given[0]), True
    raise ValueError(
        f"stimuli are shown to a model of pictures (rows, columns, channels), (channels, rows, "
        f"columns) or (rows, columns) with at most {COLOURS} channels, but {model.name!r} takes "
        f"inputs of shape {given}"
    )
