"""Numbers of a page that look measured, and that nothing saved stands behind.

What looks measured: a number with a decimal point, an exponent or separated thousands; a
percentage; so many times, seconds, bits or bytes; ``n = 500``. Code that runs in the tests (fenced
as ``python``), messages that they compare (``text``) and links are left out. ``KNOWN`` lists what
may stand on pages beside saved numbers, and where it is from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from results.page import Span

MEASURED = re.compile(
    r"""(?<![\w.,^])[-+\u2212]?(?:
        \d{1,3}(?:,\d{3})+(?:\.\d+)?
        | \d+\.\d+(?:e[-+]?\d+)?
        | \d+e[-+]?\d+
        | \d+(?=\s?%|\s(?:times|bits|nats|ms|s|seconds|minutes|hours|kB|MB|GB|[KMG]iB)\b)
        | (?<=\bn\ =\ )\d+
    )(?![\w])""",
    re.VERBOSE,
)
UNCHECKED = re.compile(
    r"^```(?:python|text|sh)\n.*?^```$ | \]\([^)]*\) | https?://\S+",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def numbers(text: str, made: Iterable[Span], known: Sequence[str] = ()) -> list[str]:
    """Measured-looking numbers with the words around them, a line each.

    Args:
        text: of the page.
        made: where saved values stand.
        known: phrases whose numbers may stand there.
    """
    covered = [*made, *(match.span() for match in UNCHECKED.finditer(text))]
    for phrase in known:
        words = r"\s+".join(re.escape(word) for word in phrase.split())
        covered += [match.span() for match in re.finditer(words, text)]
    return [
        f"{match[0].strip()} in {_around(text, match)!r}"
        for match in MEASURED.finditer(text)
        if not any(start <= match.start() and match.end() <= end for start, end in covered)
    ]


def unused(text: str, known: Mapping[str, str]) -> list[str]:
    """Known phrases that do not stand on the page, or hold no number."""
    words = " ".join(text.split())
    return [p for p in known if " ".join(p.split()) not in words or not MEASURED.search(p)]


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 40) : match.end() + 30].split())
