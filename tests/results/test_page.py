from types import SimpleNamespace

import pytest

from results.page import END, Page, check

RESULTS = {"run": SimpleNamespace(kl=0.873, bits=13700)}
PAGE = Page(
    "page.md", ("recovers {run.kl:.2f} of KL",), {"t": ("| bits |", "| --- |", "| {run.bits:,} |")}
)
TEXT = f"""# Page

It recovers
{{}} of KL.

<!-- python -m results: t -->
| bits |
| --- |
| {{}} |
{END}

End.
"""


def test_a_page_that_says_what_was_saved():
    text = TEXT.format("0.87", "13,700")
    found = check(PAGE, text, RESULTS)
    assert (found.text, found.differences, found.problems) == (text, [], [])
    assert [text[slice(*span)] for span in found.made] == ["0.87", "13,700"]


def test_other_numbers_are_named_and_put_right():
    found = check(PAGE, TEXT.format("0.88", "13,444"), RESULTS)
    assert found.text == TEXT.format("0.87", "13,700")
    assert found.problems == []
    assert found.differences == [
        "page.md says 'recovers 0.88 of KL'; saved is 'recovers 0.87 of KL'",
        "page.md, table 't' has '| 13,444 |'; that was not saved",
        "page.md, table 't' lacks '| 13,700 |'",
    ]
    assert check(PAGE, found.text, RESULTS).differences == []
    assert [found.text[slice(*span)] for span in found.made] == ["0.87", "13,700"]


def test_lines_in_another_order_are_a_difference():
    page = Page("page.md", (), {"t": ("| a |", "| b |")})
    text = f"<!-- python -m results: t -->\n| b |\n| a |\n{END}"
    assert check(page, text, {}).differences == [
        "page.md, table 't' has its lines in another order"
    ]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            TEXT.format("0.87", "13,700").replace("of KL", "of the KL"),
            "should say once, but says 0",
        ),
        (TEXT.format("0.87", "13,700") + "It recovers 0.5 of KL", "should say once, but says 2"),
        (TEXT.format("0.87", "13,700").replace(END, ""), "should have once, but has 0 times"),
    ],
)
def test_a_quote_that_is_not_there_is_a_problem(text, match):
    (problem,) = check(PAGE, text, RESULTS).problems
    assert match in problem


def test_two_quotes_of_one_value_are_a_problem():
    twice = Page("page.md", ("recovers {run.kl:.2f} of KL", "It recovers {run.kl:.2f} of"))
    (problem,) = check(twice, "It recovers 0.87 of KL", RESULTS).problems
    assert "two quotes share '0.87'" in problem
