"""Which example stands in where: the donors of every node of a scrub.

From the output up: for an example, each parent of the output gets a donor on which its value is
equivalent; each parent of that one a donor equivalent to *that* donor; and so on, a donor of its
own on every path (treeified). What a run takes from nowhere else comes from one more example.

Donors depend on the seed, on the names of the examples and on the path, so that they are the same
in whatever order the examples come, and shared among hypotheses with the same paths.
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from aann.scrubbing.bound import Bound
from aann.scrubbing.donors import Donors
from aann.scrubbing.equivalence import Anything
from aann.scrubbing.interpretation import OUTPUT
from aann.shown.brief import brief

Path = tuple[str, ...]
"""Names of values from the output's parent up; () is the output itself."""


@dataclasses.dataclass(frozen=True, eq=False)
class Plan:
    """Positions of examples, (scrubs, n) for each path.

    Attributes:
        own: whose value each node has.
        base: whose run it is computed in, as far as nothing else is put there.
    """

    own: Mapping[Path, Int[np.ndarray, "scrubs n"]]
    base: Mapping[Path, Int[np.ndarray, "scrubs n"]]

    __repr__ = brief


def paths(bound: Bound) -> Iterator[tuple[Path, str]]:
    """Every path from the output up, with the name of the node at its end."""
    stack: list[tuple[Path, str]] = [((), OUTPUT)]
    while stack:
        path, name = stack.pop()
        yield path, name
        stack.extend(((*path, p), p) for p in reversed(bound.graph.nodes[name].parents))


def plan(bound: Bound, donors: Mapping[str, Donors], n: int, scrubs: int, seed: int) -> Plan:
    """Draw the donors of every node.

    Args:
        bound: the hypothesis.
        donors: value -> what draws its donors.
        n: number of examples, in an order that their names alone decide.
        scrubs: how often each example is scrubbed.
        seed: of the draws.
    """
    own: dict[Path, np.ndarray] = {}
    base: dict[Path, np.ndarray] = {}
    anyone = Anything().of(np.zeros(n))
    for path, name in paths(bound):
        if not path:
            own[path] = np.tile(np.arange(n), (scrubs, 1))
        else:
            own[path] = _draw(donors[name], own[path[:-1]], seed, path, "own")
        natural = bound.graph.nodes[name].reads or bound.hypothesis.rest != "resample"
        base[path] = own[path] if natural else _draw(anyone, own[path], seed, path, "base")
    return Plan(own, base)


def nobody(bound: Bound, n: int) -> Plan:
    """The plan in which every example stands for itself."""
    every = {path: np.arange(n)[None] for path, _ in paths(bound)}
    return Plan(every, every)


def anybody(bound: Bound, n: int, scrubs: int, seed: int) -> Plan:
    """The plan in which any example stands in for any other, all else as the hypothesis says."""
    anyone = Anything().of(np.zeros(n))
    return plan(bound, dict.fromkeys(bound.places, anyone), n, scrubs, seed)


def _draw(donors: Donors, rows: np.ndarray, seed: int, path: Sequence[str], what: str) -> Any:
    uniform = seeded(seed, (what, *path)).random(rows.shape)
    return donors.draw(rows.reshape(-1), uniform.reshape(-1)).reshape(rows.shape)


def seeded(seed: int, words: Sequence[str]) -> np.random.Generator:
    """Random numbers of their own for a seed and some words."""
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])
