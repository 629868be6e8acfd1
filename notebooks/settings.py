"""Small or full settings: ``AANN_SMALL=1`` makes every notebook quick enough for the tests."""

import os
from typing import Final

NAME: Final = "AANN_SMALL"

SMALL: Final = os.environ.get(NAME, "0") not in ("", "0")
"""Whether a notebook takes few examples and few steps: it then runs, and its numbers say little."""
