"""The check that what is reported on was not fitted on, and stands in it once."""

from aann.data.check import some
from aann.data.examples import Design, Examples, HeldOut
from aann.statistics.bootstrap import MINIMUM


def check_halves(heldout: HeldOut, design: Design | None) -> Design:
    """The design half that goes with held-out examples.

    Args:
        heldout: to report on.
        design: what was, or will be, fitted on; by default the other half of ``heldout``.

    Raises:
        TypeError: the halves are mixed up.
        ValueError: no design examples, too few held-out ones, examples or groups in both halves,
            or copies within one.
    """
    if not isinstance(heldout, HeldOut):
        raise TypeError(
            f"aann reports on held-out examples, got {type(heldout).__name__}: use the "
            "second half of aann.split(examples), or aann.held_out(examples, design)"
        )
    what, count = "held-out examples", len(heldout)
    if heldout.groups is not None:
        what, count = "groups of held-out examples", len(set(heldout.groups))
    if count < MINIMUM:
        raise ValueError(
            f"{heldout.name!r} has {count} {what}; an interval needs at least {MINIMUM}"
        )
    design = heldout.design if design is None else design
    if design is None:
        raise ValueError(
            f"{heldout.name!r} comes without design examples: pass design=, the examples to fit "
            "the ladder on"
        )
    if not isinstance(design, Design):
        raise TypeError(
            f"the ladder is fitted on design examples, got {type(design).__name__}: use the first "
            "half of aann.split(examples)"
        )
    fitted_on = dict(zip(design.digests, design.names, strict=True))
    shared = [
        name if name == fitted_on[digest] else f"{name} (there {fitted_on[digest]})"
        for name, digest in zip(heldout.names, heldout.digests, strict=True)
        if digest in fitted_on
    ]
    if shared:
        raise ValueError(
            f"{len(shared)} examples are in the design half and held out at once: "
            f"{some(shared, 5)}; remove them from one"
        )
    if both := sorted(map(str, {*(design.groups or ())} & {*(heldout.groups or ())})):
        raise ValueError(
            f"{len(both)} groups are in the design half and held out at once: {some(both, 5)}; "
            "aann.split(examples) keeps groups together"
        )
    if problems := [line for half in (design, heldout) for line in _copies(half)]:
        raise ValueError("\n".join(problems))
    return design


def _copies(half: Examples) -> list[str]:
    """A line about examples with the same inputs, if no groups say what they are."""
    if half.groups is not None:
        return []
    same: dict[str, list[str]] = {}
    for name, digest in zip(half.names, half.digests, strict=True):
        same.setdefault(digest, []).append(name)
    copies = [names for names in same.values() if len(names) > 1]
    if not copies:
        return []
    return [
        f"{sum(map(len, copies)) - len(copies)} of {len(half)} {half.split} examples of "
        f"{half.name!r} are copies: {some([' = '.join(names[:3]) for names in copies], 5)}; copies "
        "make intervals too narrow. Leave out all but one of each, or say with groups= what "
        "belongs together: groups=digests resamples copies together, groups=names says that they "
        "were drawn independently"
    ]
