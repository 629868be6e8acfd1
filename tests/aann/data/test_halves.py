import numpy as np
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


def test_copies_within_a_half_are_refused_unless_groups_say_what_they_are():
    """Sixteen copies of each example would make intervals four times too narrow."""
    once = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    inputs = np.concatenate([once, once[:2]])
    plain = aann.held_out(aann.from_arrays("mine", inputs), DESIGN)
    expected = "2 of 14 heldout examples of 'mine' are copies: 0000000 = 0000012, 0000001 = 0000013"
    with pytest.raises(ValueError, match=expected):
        check_halves(plain, None)
    for groups in (plain.digests, plain.names):
        data = aann.from_arrays("mine", inputs, groups=groups)
        assert check_halves(aann.held_out(data, DESIGN), None) is DESIGN
    other = aann.Design(**vars(aann.from_arrays("other", once[[0, 0, 1]])))
    with pytest.raises(ValueError, match="1 of 3 design examples of 'other' are copies"):
        check_halves(HELDOUT, other)


def test_an_example_of_another_name_in_the_other_half_is_named_with_it():
    inputs = np.arange(24.0)[:, None]
    design = aann.design(aann.from_arrays("mine", inputs[:3], names=["a", "b", "c"]))
    names = [f"x{i}" for i in range(22)]
    heldout = aann.held_out(aann.from_arrays("mine", inputs[2:], names=names))
    with pytest.raises(ValueError, match=r"held out at once: x0 \(there c\); remove"):
        check_halves(heldout, design)


def test_no_group_is_in_both_halves():
    inputs = np.arange(48.0)[:, None]
    whole = aann.from_arrays("mine", inputs, groups=[i // 2 for i in range(48)])
    design = aann.Design(**vars(whole.take(range(11))))
    heldout = aann.held_out(whole.take(range(11, 48)))
    with pytest.raises(ValueError, match="1 groups are in the design half and held out at once: 5"):
        check_halves(heldout, design)


def test_too_few_groups_are_refused_before_any_work():
    inputs = np.arange(40.0)[:, None]
    many = aann.from_arrays("mine", inputs, groups=[i % 4 for i in range(40)])
    with pytest.raises(ValueError, match="has 4 groups of held-out examples; an interval needs"):
        check_halves(aann.held_out(many, DESIGN), None)
