"""Units and reads in whatever form."""

import pytest
from toy_replacement import replacement
from toys import mlp_model

from aann.residuals.placed import placed

MODEL = mlp_model()


@pytest.mark.parametrize("units", ["m:4,1", "m:4, 1", ("m", (4, 1)), ["m", [4, 1]]], ids=str)
def test_units_in_any_form_are_the_same(units):
    place = placed(MODEL, "h", units)
    assert (place.site, place.units, place.reads) == ("m", (4, 1), ("h",))


def test_a_program_says_both():
    ours = replacement()
    assert placed(MODEL, None, ours).reads == ours.reads
    assert placed(MODEL, ("input", "h"), ours).reads == ("input", "h")
    assert placed(MODEL, None, ours).units == ours.units


@pytest.mark.parametrize(
    ("reads", "units", "error", "said"),
    [
        ("h", "m", ValueError, "written as site:unit, such as 'mixed3b:343' .* got 'm'"),
        ("h", "m:x", ValueError, "got 'm:x'"),
        ("h", ("m", "x"), ValueError, "units"),
        ("h", 3, TypeError, r"'site:unit', \(site, units\) or a replacement, got 3"),
        (None, "m:1", ValueError, "from_sites names the sites to predict from"),
    ],
)
def test_what_is_no_place_is_refused(reads, units, error, said, unchecked):
    with pytest.raises(error, match=said):
        placed(MODEL, reads, units)


def test_a_place_is_never_run():
    with pytest.raises(TypeError, match="a place to predict has no program"):
        placed(MODEL, "h", "m:1").program()
