import pytest

from results import loose


@pytest.mark.parametrize(
    "text",
    [
        "recovers 0.87 of it", "[0.84, 1]", "takes 13,444 bits", "4.65 times faster", "464 times",
        "within 1e-6", "1.5e3 nats", "95% intervals", "(n = 500)", "best 2 s", "-0.5,", "134 MB",
        "`gain = 0.5`", "```\nkl +0.0055\n```", "correlation .25, 0.25",
    ],
)  # fmt: skip
def test_what_looks_measured(text):
    assert loose.numbers(text, [])


@pytest.mark.parametrize(
    "text",
    [
        "ten units (345, 327)", "units 415, 391 and 374", "mixed3b, 3 x 3 cells", "seed 0",
        "a page [of links](v1.25.md)", "https://a.b/2.5", "```python\nx = 0.5\n```",
        "```text\nexpected 0.5\n```", "10^9 bytes", "2**30", "(36, 52)",
    ],
)  # fmt: skip
def test_what_does_not(text):
    assert loose.numbers(text, []) == []


def test_saved_values_and_known_phrases_may_stand():
    text = "It recovers 0.87, with\n95% intervals; 0.87 again"
    start = text.index("0.87")
    made = [(start, start + 4)]
    assert [n.partition(" ")[0] for n in loose.numbers(text, made)] == ["95", "0.87"]
    assert len(loose.numbers(text, made, ["with 95% intervals"])) == 1
    assert len(loose.numbers(text, [(start, start + 3)])) == 3, "a part of a number is not enough"


def test_known_phrases_are_on_the_page_and_hold_a_number():
    known = {"95% intervals": "", "10,000 draws": "", "many": ""}
    assert loose.unused("many 95%\nintervals", known) == ["10,000 draws", "many"]
