"""Hypotheses about the same activations: those that are claimed, and wrong ones beside them."""

import dataclasses
from collections.abc import Mapping

import aann
from aann.scrubbing.equivalence import Shuffled
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Scrubs:
    """What is scrubbed together.

    Attributes:
        name: of the activations.
        claimed: the claims of the circuit.
        wrong: other criteria, which ought to lose.
        widths: name of a claim -> how wide its equivalence is, where several differ in that alone.
    """

    name: str
    claimed: tuple[aann.Hypothesis, ...]
    wrong: tuple[aann.Hypothesis, ...]
    widths: Mapping[str, float] = dataclasses.field(default_factory=dict)

    __repr__ = brief


def with_shuffled(
    name: str,
    claimed: tuple[aann.Hypothesis, ...],
    *wrong: aann.Hypothesis,
    widths: Mapping[str, float] | None = None,
    dealt: int = -1,
) -> Scrubs:
    """The claims, the wrong ones, and one claim with its values dealt out again.

    That is a criterion of equal entropy which knows nothing.

    Args:
        name: of the activations.
        claimed: the claims.
        wrong: other criteria.
        widths: see ``Scrubs``.
        dealt: which of the claims; by default the last.
    """
    last = claimed[dealt]
    same = {value: Shuffled(kind) for value, kind in last.equivalences().items()}
    shuffled = last.with_same(same, f"{last.name}, shuffled")
    return Scrubs(name, claimed, (*wrong, shuffled), widths or {})
