"""Small or full settings: ``AANN_SMALL=1`` makes every notebook quick enough for the tests."""

import os
from typing import Final

SMALL: Final = os.environ.get("AANN_SMALL", "0") not in ("", "0")
"""Whether a notebook should take few examples and few steps: it then runs, and shows little."""
