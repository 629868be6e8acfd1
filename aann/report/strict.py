"""Strict JSON from files that may be anything, within bounds of memory, time and depth.

``[],`` are three bytes of a file and ninety of memory. Texts are weighed before they are parsed;
files that people or programs write, with a number of some digits here and there, weigh little.
"""

import json
import math
from typing import Any, Final

DEEPEST: Final = 50
"""Levels of lists and objects; reports have six or so."""

WEIGHTS: Final = {",": 80, ":": 60, "[": 100, "{": 320}
"""Bytes of memory that a value, a name, a list and an object take at most."""

FREE: Final = 48 * 2**20
"""Bytes of memory that any text may take; twice its length in addition."""

LONGEST: Final = 1 << 24
"""Characters of a text that is more than ASCII: one letter may make a string 4 times as large."""


def parse(content: bytes | str) -> Any:
    """Plain data: dicts, lists, strings, finite numbers, booleans and None.

    Raises:
        ValueError: it is no JSON, has a number that is none or infinite, is nested deeper than
            ``DEEPEST``, or would take much more memory than the text itself.
    """
    text = content if isinstance(content, str) else content.decode("utf-8")
    weight = sum(text.count(sign) * each for sign, each in WEIGHTS.items())
    if weight > FREE + 2 * len(text):
        raise ValueError("it has too many values for its length")
    if len(text) > LONGEST and ("\\u" in text or not text.isascii()):
        raise ValueError(f"it has more than {LONGEST} characters, some of them not ASCII")
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(value)
    return value


_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        nested = [x.values() if isinstance(x, dict) else x for x in level if _holds(x)]
        level = [x for inside in nested for x in inside]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is beyond all numbers")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of strict JSON")
