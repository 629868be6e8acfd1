import pytest
from toy_replacement import replacement

from aann.evaluation.lineup import line_up, name_of


def named(name):
    return replacement().with_constants(name=name)


def test_rows_come_in_order_and_go_back_to_their_places():
    main, more, wrong = [named("a"), named("b")], [named("c"), named("d")], [named("e"), named("f")]
    found = line_up(main, [more], [wrong])
    assert [name_of(row) for row in found.rows] == ["a + b", "c + d", "e + f"]
    again = found.with_rows([[named("x"), named("y")], *found.rows[1:]])
    assert name_of(again.main) == "x + y"
    assert [name_of(row) for row in again.programs] == ["c + d"]
    assert [name_of(row) for row in again.controls] == ["e + f"]


def test_one_replacement_is_a_row():
    found = line_up(named("a"), named("b"), [named("c"), [named("d")]])
    assert [name_of(row) for row in found.rows] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (([],), "nothing to evaluate"),
        ((named("a"), [named("a")]), "these occur twice: a"),
        ((named("zero"),), "these occur twice: zero"),
        ((named("a"), [named("a, recalibrated")]), "these occur twice: a, recalibrated"),
        (([named("a"), named("a")],), "need different names"),
    ],
)
def test_rows_need_names_of_their_own(arguments, match):
    with pytest.raises(ValueError, match=match):
        line_up(*arguments)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("given", [lambda x, c: x, [lambda x, c: x], "ours", [replacement(), "x"]])
def test_what_is_no_replacement_is_refused_with_what_to_do(given):
    for more in ((given,), (replacement(), given), (replacement(), (), given)):
        with pytest.raises(TypeError, match=r"aann.make\(program, model=\.\.\., site="):
            line_up(*more)
