import pytest
from toy_replacement import data

import aann
from aann.data.halves import check_halves

DESIGN, HELDOUT = aann.split(data(60))


def test_the_other_half_goes_with_held_out_examples():
    assert check_halves(HELDOUT, None) is HELDOUT.design
    assert check_halves(HELDOUT, DESIGN) is DESIGN


def test_what_is_mixed_up_is_refused(unchecked):
    with pytest.raises(TypeError, match="reports on held-out examples, got Design"):
        check_halves(DESIGN, None)
    with pytest.raises(TypeError, match="fitted on design examples, got HeldOut"):
        check_halves(HELDOUT, HELDOUT)
    with pytest.raises(ValueError, match="has 1 held-out examples; an interval needs at least"):
        check_halves(HELDOUT.take([0]), DESIGN)
    with pytest.raises(ValueError, match="comes without design examples"):
        check_halves(aann.held_out(data(60)), None)


def test_no_example_is_in_both():
    everything = data(60)
    design = aann.split(everything)[0]
    heldout = aann.held_out(everything)
    with pytest.raises(ValueError, match=f"{len(design)} examples are in the design half and held"):
        check_halves(heldout, design)
