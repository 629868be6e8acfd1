from types import SimpleNamespace

import pytest

from results import template

RESULTS = {"a": {"row x": SimpleNamespace(n=1234, share=0.875)}, "b": SimpleNamespace(n=0.5)}


def filled(text):
    return template.fill(text, RESULTS)


def test_a_template_is_filled_from_what_was_saved():
    pieces = filled("It takes {a[row x].n:,} bits, and {b.n:.2f}.")
    assert template.joined(pieces) == "It takes 1,234 bits, and 0.50."
    assert template.values(pieces) == ("1,234", "0.50")
    text = template.joined(pieces)
    assert [text[slice(*s)] for s in template.value_spans(pieces)] == ["1,234", "0.50"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("of {c.n:d} bits", r"\{c.n:d\} of 'of \{c.n:d\} bits'"),
        ("of {a[row y].n:d} bits", "row y"),
        ("of {b.m:d} bits", "no attribute 'm'"),
        ("of {b.n:d} bits", "Unknown format code 'd'"),
    ],
)
def test_what_was_not_saved_is_named(text, match):
    with pytest.raises(ValueError, match=match):
        filled(text)


def test_it_is_found_across_lines_whatever_stands_in_the_place_of_values():
    pieces = filled("It takes {a[row x].n:,} bits, and {b.n:.2f}.")
    page = "Before. It\ntakes 999\nbits, and 0.25. After."
    (found,) = template.find(pieces, page)
    assert found.values == ("999", "0.25")
    assert [page[slice(*span)] for span in found.spans] == ["999", "0.25"]
    assert template.find(pieces, "It takes many bits or 0.25.") == []
    assert len(template.find(pieces, f"{page} {page}")) == 2


def test_a_value_does_not_end_within_a_number():
    (found,) = template.find(filled("and {b.n:.2f}, {b.n:.2f}."), "and 1,234.5, 0.25.")
    assert found.values == ("1,234.5", "0.25")


@pytest.mark.parametrize("text", ["{b.n:.2f} bits", "bits {b.n:.2f}", ""])
def test_words_stand_around_values(text):
    with pytest.raises(ValueError, match="a quote begins and ends with words"):
        template.find(filled(text), "page")
