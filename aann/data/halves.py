"""The check that what is reported on was not fitted on."""

from aann.data.examples import Design, HeldOut
from aann.statistics.bootstrap import MINIMUM


def check_halves(heldout: HeldOut, design: Design | None) -> Design:
    """The design half that goes with held-out examples.

    Args:
        heldout: to report on.
        design: what was, or will be, fitted on; by default the other half of ``heldout``.

    Raises:
        TypeError: the halves are mixed up.
        ValueError: no design examples, too few held-out ones, or examples in both halves.
    """
    if not isinstance(heldout, HeldOut):
        raise TypeError(
            f"aann reports on held-out examples, got {type(heldout).__name__}: use the "
            "second half of aann.split(examples), or aann.held_out(examples, design)"
        )
    if len(heldout) < MINIMUM:
        raise ValueError(
            f"{heldout.name!r} has {len(heldout)} held-out examples; an interval needs at least "
            f"{MINIMUM}"
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
    fitted_on = set(design.digests)
    shared = [n for n, d in zip(heldout.names, heldout.digests, strict=True) if d in fitted_on]
    if shared:
        raise ValueError(
            f"{len(shared)} examples are in the design half and held out at once: "
            f"{', '.join(shared[:5])}{', ...' if len(shared) > 5 else ''}; remove them from one"
        )
    return design
