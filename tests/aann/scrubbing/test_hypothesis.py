import pytest
from scrubs import signs

import aann
from aann.scrubbing.equivalence import Same, Within
from aann.scrubbing.hypothesis import Hypothesis

HERE = {"a": "h", "b": "z"}


def test_one_equivalence_for_all_values_or_one_for_each():
    assert set(map(str, Hypothesis(signs, HERE).equivalences().values())) == {"same"}
    near = Hypothesis(signs, HERE, same=Within(0.5)).equivalences()
    assert {n: str(k) for n, k in near.items()} == {"a": "within 0.5", "b": "within 0.5"}
    mixed = Hypothesis(signs, HERE, same={"b": Within(0.5)}).equivalences()
    assert {n: str(k) for n, k in mixed.items()} == {"a": "same", "b": "within 0.5"}


def test_the_name_is_that_of_the_program():
    assert Hypothesis(signs, HERE).name == "signs"
    assert Hypothesis(signs, HERE, name="mine").name == "mine"
    made = aann.make(lambda x, c: x, model="toy", site="h", units=(0,), name="copy")
    assert Hypothesis(made, HERE).name == "copy"


def test_with_other_equivalences_it_is_the_same_claim():
    first = Hypothesis(signs, HERE, rest="keep")
    other = first.with_same(Within(0.5), "near")
    assert (other.name, other.rest, other.program) == ("near", "keep", signs)
    assert other.places() == first.places()
    assert str(other.equivalences()["a"]) == "within 0.5"


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"program": 3}, "a hypothesis is about a program: a function, .* got int"),
        ({"where": {}}, "where maps names of values to sites"),
        ({"where": ["h"]}, "where maps names of values to sites"),
        ({"where": "h"}, "where maps names of values to sites, {'s': 'fc1'}; got 'h'"),
        ({"where": {1: "h"}}, "a value is called by a string, got 1"),
        ({"where": {"a": None}}, "a value stands for a site's name"),
        ({"where": {"a": []}}, "'a' stands for nothing: name a site"),
        ({"same": {"c": Same()}}, "same speaks of 'c', which stands for nothing: add it to where"),
        ({"same": 0.5}, "same says of 'a' 0.5: an equivalence of .*, such as Same"),
        ({"rest": "mean"}, "rest is 'resample', 'keep' or 'zero', got 'mean'"),
        (
            {"same": {"c": Same(), "a": 3}, "rest": None},
            "'c', which stands for nothing.*same says of 'a' 3.*rest is .* got None",
        ),
    ],
)
def test_what_can_be_seen_without_a_model(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Hypothesis(**{"program": signs, "where": HERE, **given})
