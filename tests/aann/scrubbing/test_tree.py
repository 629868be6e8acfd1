import numpy as np
import pytest
from scrubs import N, claim, examples, scrubbed

import aann
from aann.scrubbing.tree import Branch, trees

HOSTILE = "<script>\n$x_{" * 30


@pytest.fixture(scope="module")
def found():
    return scrubbed(claim(), claim(name="other", where={"a": "h"}), scrubs=3)


def test_a_tree_has_the_donors_of_the_plan(found):
    for example, tree in enumerate(trees(found, examples=range(N), scrub=2)):
        assert (tree.value, tree.where, tree.was) == ("", "", None)
        assert tree.example == f"{example:04}"
        (c,) = tree.below
        donor = found.donors["it"]["c"][2, example]
        assert (c.value, c.where, c.example) == ("c", "m", f"{donor:04}")
        assert c.was == str(found.values["it"]["c"][example]) == c.now
        assert [b.value for b in c.below] == ["a", "b"]
        a, b = c.below
        assert a.example == f"{found.donors['it']['c/a'][2, example]:04}"
        assert [below.value for below in b.below] == ["a"]
        assert b.was == str(found.values["it"]["b"][donor])


def test_a_tree_as_text():
    leaf = Branch("a", "h", "two", "0.5", "0.5", ())
    other = Branch("b", "z, 3", "three", "1", "2", (leaf,))
    own = Branch("a", "h", "one", "1", "1", ())
    tree = Branch("", "", "one", None, "7", (own, other, leaf))
    assert str(tree).splitlines() == [
        "one: 7",
        "├─ a = 1 of one (itself) at h",
        "├─ b = 2 of three (was 1) at z, 3",
        "│  └─ a = 0.5 of two (the same) at h",
        "└─ a = 0.5 of two (the same) at h",
    ]
    assert str(Branch("", "", "one", None, "", ())) == "one"


def test_rows_scrubs_and_values_of_all_kinds(found):
    assert [b.value for b in trees(found, "other")[0].below] == ["a"]
    assert len(trees(found)) == 3
    near = scrubbed(claim(lambda x: aann.value("a", x[:, 0]) * 2, {"a": "h"}))
    (branch,) = trees(near, examples=[0])[0].below
    assert branch.now.startswith("[")
    assert branch.now.endswith(", ...]")


def test_hostile_names_take_one_line():
    data = examples()
    named = aann.from_arrays("x", data.load(range(N)), names=[f"{i}{HOSTILE}" for i in range(N)])
    for tree in trees(scrubbed(claim(), data=named)):
        lines = str(tree).split("\n")
        assert len(lines) == 5
        assert max(map(len, lines)) <= 160


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"row": "nope"}, KeyError, "no row 'nope'; there are it, other"),
        ({"examples": [0, N]}, IndexError, r"examples are 0 to 23, got \[24\]"),
        ({"examples": [-1]}, IndexError, r"got \[-1\]"),
        ({"scrub": 3}, IndexError, "scrubs of an example are 0 to 2, got 3"),
    ],
)
def test_trees_that_are_not_there(found, more, error, message):
    with pytest.raises(error, match=message):
        trees(found, **more)
    assert np.shape(found.names) == (N,)
