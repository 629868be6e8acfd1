import pytest

from aann.shown.table import aligned, markdown, paragraph, plain

CELLS = [["row", "kl"], ["zero", "0"], ["a|b", "-12"]]


def test_columns_line_up_between_rules():
    assert aligned(CELLS, left=1) == [
        "---------",
        "row    kl",
        "---------",
        "zero    0",
        "a|b   -12",
        "---------",
    ]
    assert aligned(CELLS)[3:5] == ["zero  0", "a|b   -12"]


def test_markdown_escapes_what_would_end_a_cell():
    assert markdown(CELLS) == [
        "| row | kl |",
        "| --- | --- |",
        "| zero | 0 |",
        r"| a\|b | -12 |",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mixed3b_5x5", "mixed3b_5x5"),
        ("_x_ __y__", r"\_x\_ \_\_y\_\_"),
        ("<lambda>", r"\<lambda>"),
        ("a | b", r"a \| b"),
        ("a\\|b", r"a\\\|b"),
        ("[x](y) [0.5, 1]", r"[x\](y) [0.5, 1]"),
        ("*e* `c` &lt; $m$ ~~s~~", r"\*e\* \`c\` \&lt; \$m\$ \~\~s\~\~"),
        ("a\nb\x1b", r"a\\nb\\x1b"),
        ("-", "-"),
    ],
)
def test_a_cell_is_no_markup(text, shown):
    assert plain(text) == shown
    assert markdown([["h"], [text]])[-1] == f"| {shown} |"


@pytest.mark.parametrize("text", ["# x", "- x", "+ x", "> x", "=== x", "12. x", "3) x", "\n  # x"])
def test_a_line_starts_no_block(text):
    shown = paragraph(text)
    assert "\\" in shown[:3]
    assert shown.replace("\\", "") == text.strip()


def test_a_cell_stays_on_its_line():
    lines = aligned([["name", "n"], ["a\r\nb\x1b[2J\u202e", "1"]])
    assert lines[3] == r"a\r\nb\x1b[2J\u202e  1"
