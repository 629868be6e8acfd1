"""Pictures of covers, in the colours and the range of a model."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

Colour = float | Sequence[float] | Float[np.ndarray, "..."]
"""One value for all channels, one a channel, or (n, channel): one colour a picture."""

GREY = 117.0
CONTRAST = 80.0
"""Of pixels from 0 to 255."""


def paint(
    covers: Float[np.ndarray, "n y x"],
    *,
    background: Colour = GREY,
    contrast: Colour = CONTRAST,
    channels: int = 3,
    signed: bool = False,
    low_high: tuple[float, float] | None = (0.0, 255.0),
) -> Float[np.ndarray, "n y x channel"]:
    """Pictures, float32: the background, and ``contrast`` more where all of a pixel is covered.

    A colour is its difference from the background, channel by channel: ``contrast=(80, -80, -80)``
    is reddish on grey.

    Args:
        covers: in [0, 1].
        background: where the cover is 0; where it is one half, if ``signed``.
        contrast: added where the cover is 1; negative is darker.
        channels: of the pictures.
        signed: for waves: a cover of 0 has the opposite contrast.
        low_high: range of the model's pictures, which colours may not leave; None checks nothing.

    Raises:
        ValueError: covers are no (n, y, x) in [0, 1], colours do not fit channels or pictures, or
            leave the range; with all problems.
    """
    covers = np.asarray(covers)
    ground, ink = (_colour(c) for c in (background, contrast))
    problems = []
    if covers.ndim != 3:
        problems.append(f"covers have shape (n, y, x), got {covers.shape}")
    elif covers.size and not (covers.min() >= 0 and covers.max() <= 1):
        problems.append(f"covers are in [0, 1], got {covers.min():g} to {covers.max():g}")
    if channels < 1:
        problems.append(f"channels are at least 1, got {channels}")
    for name, colour in (("background", ground), ("contrast", ink)):
        if not np.isfinite(colour).all():
            problems.append(f"{name} has values that are not finite")
        if colour.shape[1] not in (1, channels) or colour.shape[0] not in (1, len(covers)):
            problems.append(
                f"{name} is one number, {channels} channels, or (pictures, channels), got an array "
                f"of shape {colour.shape} for {len(covers)} pictures"
            )
    if not problems and low_high is not None:
        ends = [ground, ground + ink, *([ground - ink] if signed else [])]
        least, most = min(e.min() for e in ends), max(e.max() for e in ends)
        if least < low_high[0] - 1e-6 or most > low_high[1] + 1e-6:
            problems.append(
                f"colours go from {least:g} to {most:g}, out of the model's range "
                f"{low_high[0]:g} to {low_high[1]:g}: give another background, less contrast, or "
                "another low_high"
            )
    if problems:
        raise ValueError("; ".join(problems))
    amount = (2 * covers - 1 if signed else covers)[..., None]
    shown = ground[:, None, None, :] + ink[:, None, None, :] * amount
    whole = np.broadcast_to(shown, (*covers.shape, channels))
    return np.ascontiguousarray(whole, np.float32)


def _colour(colour: Colour) -> np.ndarray:
    return np.atleast_2d(np.asarray(colour, np.float32))
