"""What all pages are made with: templates, and the files that they take in."""

import functools
import re

import jinja2
from markupsafe import Markup

from aann.report import grid
from aann.report.words import count, share

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def legible(text: str) -> str:
    """Without characters that no page can hold: halves of letters, and the one of number 0."""
    return _UNWRITABLE.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


@functools.cache
def environment() -> jinja2.Environment:
    """The templates of this wing: what is put in is escaped, and what is missing raises."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("aann.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"count": count, "share": share}
    made.filters |= {"interval": grid.interval, "metric": grid.metric_name}
    made.globals["marks"] = grid.MARKS
    return made


def asset(name: str) -> Markup:
    """A file of ours as it is."""
    loader = environment().loader
    assert loader is not None
    return Markup(loader.get_source(environment(), name)[0])
