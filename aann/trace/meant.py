"""Which site may have been meant by a name that is none.

Names are compared as people remember them: whatever their case, and whether their parts are joined
by ``.`` or by ``/``.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

FEW = 12
"""So many names are all shown."""

_CLOSE = 3
_STEP = re.compile(r"\[\d+\].*")


def meant(name: str, known: Sequence[str]) -> str:
    """What to say to who asked for ``name``: the names that it may have been, or that none is near.

    Args:
        name: no site.
        known: the sites.
    """
    close = nearest(name, known)
    return f"did you mean {', '.join(map(repr, close))}?" if close else "no close match"


def nearest(name: str, known: Sequence[str]) -> list[str]:
    """Up to three names: those that read the same, parts of what is called that, similar ones."""
    wanted, size = _plain(name), len(name)
    spelled = defaultdict(list)
    for one in known:
        spelled[_plain(one)].append(one)
    same = spelled.get(wanted, [])
    longer = [k for k in known if name and _plain(k).startswith(wanted)]
    parts = [k for sign in "#[:./" for k in longer if k[size : size + 1] == sign]
    similar = difflib.get_close_matches(wanted, spelled, n=_CLOSE, cutoff=0.5)
    order = [*same, *parts, *(one for plain in similar for one in spelled[plain])]
    return list(dict.fromkeys(order))[:_CLOSE]


def root_of(name: str, loops: Iterable[str]) -> str:
    """The loop that ``name`` is to be a step of, or an empty string."""
    root = _STEP.sub("", name)
    same = {_plain(loop): loop for loop in loops}
    return same.get(_plain(root), "") if root != name else ""


def all_of(known: Sequence[str]) -> str:
    """The sites of a model in a line: by name where they are few."""
    count = f"{len(known)} site{'s' if len(known) > 1 else ''}"
    return f"(the model has {count}: {', '.join(known) if len(known) <= FEW else 'aann.sites'})"


def _plain(name: str) -> str:
    return name.lower().replace("/", ".")
