import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from report_made import UNKNOWN, report, row

from aann.report.estimate import Damage, Estimate
from aann.report.html import Chapter, page
from aann.report.ladder import COSTS, best_control, folded, ladder


def two(*rows):
    """A report with KL and top1 of every row."""
    made = report(*(
        dataclasses.replace(r, recovered={"kl": kl, "top1": top1}, loss={"kl": 0.5, "top1": 0.5})
        for r, kl, top1 in rows
    ))  # fmt: skip
    damage = {"kl": Damage(0.1, 0.05, 0.2), "top1": Damage(0.1, 0.05, 0.2)}
    return dataclasses.replace(made, damage=damage, intact={"kl": 0.0, "top1": 0.1})


KNOWN = Estimate(0.5, 0.4, 0.6)


def names(grid):
    return [line[0].text for line in grid.rows]


def test_what_a_row_costs_stands_beside_the_first_loss():
    grid = ladder(two((row("a"), KNOWN, KNOWN)))
    assert grid.head == ["row", "kind", "KL", *COSTS, "top1"]
    assert [cell.text for cell in grid.rows[0]][2:5] == ["0.500 [0.400, 0.600]", "-", "0.38"]
    assert folded(two((row("a"), KNOWN, KNOWN))) == folded(report(row("a", KNOWN)))
    assert folded(report(row("a", KNOWN))).title == ""


def test_what_is_not_identified_is_folded_but_for_the_program():
    wrong = row("wrong", kind="control")
    made = two((wrong, UNKNOWN, UNKNOWN), (row("fit", kind="fit"), KNOWN, UNKNOWN),
               (row("ours"), UNKNOWN, UNKNOWN))  # fmt: skip
    shown, hidden = ladder(made), folded(made)
    assert names(shown) == ["fit", "ours"]
    assert shown.head == ["row", "kind", "KL", *COSTS]
    assert shown.rows[1][2].text == "not identified"
    assert names(hidden) == ["wrong"]
    assert hidden.title == "Not identified: top1, 1 row"
    assert "too little loss" in hidden.notes[0]
    text = page([Chapter(made)])
    assert text.count('<details class="folded">') == 1
    assert "<summary>Not identified: top1, 1 row</summary>" in text


def test_a_report_that_identifies_nothing_still_has_its_table():
    made = report(row("zero", kind="ablation"), row("ours"))
    assert names(ladder(made)) == ["ours"]
    assert names(folded(made)) == ["zero"]
    assert ladder(made).head[2] == "KL"


@given(st.lists(st.tuples(st.sampled_from(["control", "fit", "program"]),
                          st.none() | st.floats(-5, 5)), min_size=1, max_size=6))  # fmt: skip
def test_every_row_is_in_one_of_the_tables(rows):
    made = report(*(
        row(f"{i}", UNKNOWN if x is None else Estimate(x, x - 1, x + 1), kind=kind)
        for i, (kind, x) in enumerate(rows)
    ))  # fmt: skip
    assert sorted([*names(ladder(made)), *names(folded(made))]) == [
        f"{i}" for i in range(len(rows))
    ]
    controls = [x for kind, x in rows if kind == "control" and x is not None]
    best = best_control(made)
    assert (best is None) == (not controls)
    if best:
        assert best.kind == "control"
        assert best.recovered["kl"].estimate == max(controls)


def test_the_best_control_is_beside_the_program_in_the_headline():
    made = report(row("wrong", Estimate(0.2, 0.1, 0.3), kind="control"), row("ours", KNOWN),
                  row("worse", Estimate(0.1, 0.0, 0.3), kind="control"))  # fmt: skip
    text = page([Chapter(made)])
    facts = text[text.index('class="facts"') :]
    program, control = facts.split("<li>")[1:3]
    assert "0.500" in program
    assert "ours" in program
    assert "KL of the best control" in control
    assert "0.200" in control
    assert "wrong" in control
    assert "best control" not in page([Chapter(report(row("ours", KNOWN)))])


def bars(low, middle, high):
    """How many intervals, estimates and wedges the page draws for one row."""
    text = page([Chapter(report(row("a", Estimate(middle, low, high))))])
    return [text.count(f'class="{name}"') for name in ("range", "middle", "beyond")]


def test_wedges_say_where_an_interval_goes_on():
    assert bars(0.1, 0.2, 0.3) == [1, 1, 0]
    assert bars(-7.0, 0.2, 0.3) == [1, 1, 1]
    assert bars(-7.0, 0.2, 30.0) == [1, 1, 2]
    assert bars(-9.0, -8.0, -7.0) == [1, 0, 1]
