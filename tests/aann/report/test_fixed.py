import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.report.fixed import fixed
from aann.shown.listing import Listing

plain = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(plain)
def test_it_is_what_it_was_wherever_it_goes(value):
    found = fixed(value)
    assert found == value
    assert json.loads(json.dumps(found)) == value
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert other == value
        assert type(other) is type(found)


CHANGES = {
    "a list": (
        lambda: [1, [2]],
        [lambda x: x.append(3), lambda x: x[1].clear(), lambda x: x.reverse()],
    ),
    "a dict": (lambda: {"a": {"b": 1}}, [lambda x: x.update(c=1), lambda x: x["a"].pop("b")]),
    "arrays": (lambda: Listing(a=np.zeros(3)), [lambda x: x.update(b=1), lambda x: x.clear()]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_cannot_be_changed_and_neither_can_the_original_change_it(what):
    make, changes = CHANGES[what]
    original = make()
    found = fixed(original)
    for change in changes:
        with pytest.raises(TypeError, match="what a report holds cannot be changed: copy it first"):
            change(found)
        change(original)
        original = make()
    assert str(found) == str(make())


def test_arrays_are_read_only_and_copied_once():
    array = np.zeros(3)
    once = fixed(Listing(a=array))
    with pytest.raises(ValueError, match="read-only"):
        once["a"][0] = 1
    array[0] = 5
    assert once["a"][0] == 0
    assert fixed(once)["a"] is once["a"]
