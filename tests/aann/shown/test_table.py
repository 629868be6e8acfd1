from aann.shown.table import aligned, markdown

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
