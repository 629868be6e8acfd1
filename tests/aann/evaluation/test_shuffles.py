"""Which wrong programs are made, and what cannot be shuffled.

Serves ``wrong`` too.
"""

import itertools
import tracemalloc

import numpy as np
import pytest
from toy_replacement import replacement

import aann
from aann.evaluation.shuffles import apart


def program(x, c):
    """Nothing."""
    return x * c.gain[None]


def made(units=(0, 1, 2), exchangeable=(), gain=(1.0, 2.0, 3.0), name="ours"):
    return aann.make(
        program, model="toy", site="m", units=units, reads=("h",), name=name,
        constants={"gain": np.asarray(gain)}, exchangeable=exchangeable,
    )  # fmt: skip


def gains(drawn):
    return [tuple(np.asarray(w.programs[0].constants["gain"].value).tolist()) for w in drawn.wrong]


def test_few_permutations_are_all_taken():
    found = aann.shuffles(made())
    (units,) = found.drawn
    assert (units.kind, units.what, units.enumerated) == (
        "units",
        "outputs of 3 units permuted",
        True,
    )
    assert [w.order for w in units.wrong] == [
        (o,) for o in list(itertools.permutations(range(3)))[1:]
    ]
    assert all(w.programs is found.programs for w in units.wrong)


def test_declared_constants_trade_places():
    _, constants = aann.shuffles(made(exchangeable="gain")).drawn
    assert constants.what == "entries of gain exchanged"
    assert sorted(gains(constants)) == list(itertools.permutations((1.0, 2.0, 3.0)))[1:]
    assert all(w.order == (None,) for w in constants.wrong)


def test_constants_are_drawn_anew_by_their_function():
    ours = made(exchangeable={"gain": lambda rng, x: rng.uniform(0, 1, x.shape)})
    found = aann.shuffles(ours, n=4, kinds="constants").drawn[0]
    assert found.what == "gain drawn anew"
    assert len(set(gains(found))) == 4
    assert not found.enumerated
    again = aann.shuffles(ours, n=4, kinds="constants").drawn[0]
    assert gains(found) == gains(again)
    assert gains(aann.shuffles(ours, n=4, kinds="constants", seed=1).drawn[0]) != gains(found)


def test_a_function_may_shuffle_in_place():
    def anew(rng, x):
        rng.shuffle(x)
        return x

    found = aann.shuffles(made(exchangeable={"gain": anew}), n=20, kinds="constants")
    assert {tuple(sorted(x)) for x in gains(found.drawn[0])} == {(1.0, 2.0, 3.0)}
    assert np.asarray(found.programs[0].constants["gain"].value).tolist() == [1, 2, 3]


def test_large_tables_are_told_apart_in_little_memory():
    table = np.repeat(np.arange(6.0), 10_000).reshape(6, -1)
    ours = made(exchangeable="gain", gain=table)
    tracemalloc.start()
    found = aann.shuffles(ours, n=10, kinds="constants")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    values = [np.asarray(w.programs[0].constants["gain"].value) for w in found.drawn[0].wrong]
    assert len({x.tobytes() for x in values}) == 10
    assert peak < 30 * table.nbytes


def test_a_kind_that_is_named_twice_is_shuffled_once():
    assert [d.kind for d in aann.shuffles(made(), kinds=["units", "units"]).drawn] == ["units"]


def test_each_draw_shuffles_every_program():
    found = aann.shuffles(
        [made(tuple(range(8)), gain=range(8)), made(tuple(range(9)), gain=range(9))]
    )
    (units,) = found.drawn
    assert len(units.wrong) == 100
    assert units.what == "outputs of 8 + 9 units permuted"
    assert all(
        [sorted(o) for o in w.order] == [list(range(8)), list(range(9))] for w in units.wrong
    )


def test_programs_of_the_user():
    wrong = [made(name=f"wrong {i}") for i in range(5)]
    every = aann.shuffles(made(), n=5, draw=wrong).drawn[0]
    assert (every.what, every.enumerated) == ("5 programs given", True)
    assert [w.programs[0] for w in every.wrong] == wrong
    assert len(aann.shuffles(made(), n=3, draw=wrong).drawn[0].wrong) == 3
    drawn = aann.shuffles(
        made(), n=6, draw=lambda rng, p: p.with_constants(gain=rng.normal(size=3))
    ).drawn  # fmt: skip
    assert [d.kind for d in drawn] == ["drawn"]
    assert len(set(gains(drawn[0]))) == 6


def test_controls_and_shuffles_are_told_apart():
    one, shuffled = replacement(), aann.shuffles(made())
    assert apart(one) == (one, [])
    assert apart(shuffled) == ((), [shuffled])
    assert apart([one, shuffled, [one]]) == ([one, [one]], [shuffled])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"kinds": "constants"},
            "nothing of 'ours' can be shuffled. 'constants': declare constants",
        ),
        ({"kinds": ["units", "drawn"]}, "'drawn': pass draw=, a function"),
        ({"kinds": "rows"}, "kinds are units, constants, drawn; got 'rows'"),
        ({"n": 0}, "n is a positive whole number, got 0"),
        ({"examples": 1.5}, "examples is a positive whole number, got 1.5"),
        ({"draw": []}, "got an empty list"),
        ({"seed": -1}, "seed is a whole number, 0 or more, got -1"),
    ],
    ids=["undeclared", "no draw", "unknown", "none", "part", "empty", "seed"],
)
def test_what_cannot_be_shuffled_says_what_would_help(unchecked, arguments, message):
    with pytest.raises(ValueError, match=message):
        aann.shuffles(made(), **arguments)


def test_one_unit_without_a_declaration_has_nothing_to_shuffle(unchecked):
    with pytest.raises(
        ValueError, match=r"'units': it needs at least two units; 'constants': decl"
    ):
        aann.shuffles(made((0,), gain=(1.0,)))
    with pytest.raises(ValueError, match="entries of gain exchanged: all entries are alike"):
        aann.shuffles(made((0,), "gain", gain=(1.0, 1.0)))
    with pytest.raises(TypeError, match="replacements are what aann.make"):
        aann.shuffles(program)
    with pytest.raises(TypeError, match="replacements are what aann.make"):
        aann.shuffles(made(), draw=lambda rng, p: program)
