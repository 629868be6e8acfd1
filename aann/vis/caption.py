"""What a page says below a figure: what it shows, and how that was picked."""

import re
from typing import Final

from matplotlib.figure import Figure

_NAME: Final = "aann_caption"
_SENTENCE: Final = re.compile(r"\S+\s+\S+.*[.!?]", re.DOTALL)


def captioned(figure: Figure, text: str) -> Figure:
    """The figure itself, with a caption for pages.

    Args:
        figure: finished.
        text: whole sentences: what is shown, and how it was picked from what there is.

    Raises:
        ValueError: the text is no sentence.
    """
    if not _SENTENCE.fullmatch(text.strip()):
        raise ValueError(
            f"a caption is whole sentences that end with a full stop: what the figure shows and "
            f"how that was picked; got {text!r}"
        )
    setattr(figure, _NAME, " ".join(text.split()))
    return figure


def caption(figure: Figure) -> str:
    """The caption of a figure; empty where it was given none."""
    return str(getattr(figure, _NAME, ""))
