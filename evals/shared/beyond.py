"""What evaluations ask of a program beyond the ladder: by default what is cheap."""

import argparse
from typing import Any, Final

SHARES: Final = (0.25, 0.5, 0.75)
"""Of the program, mixed into the natural values."""

SPLITS: Final = {False: 2, True: 8}
"""Random splits of the units into halves: by default, and where an evaluation is thorough."""


def beyond(args: argparse.Namespace) -> dict[str, Any]:
    """Arguments of ``aann.evaluate``.

    Args:
        args: of an evaluation, whose parser ``arguments.add_thorough`` has seen.
    """
    thorough = bool(args.thorough)
    return {"mixing": SHARES, "subsets": SPLITS[thorough], "alone": thorough}
