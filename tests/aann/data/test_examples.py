import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aann

names_of_examples = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=30, unique=True)


def examples(names, labels=None):
    return aann.from_arrays("toy", np.arange(len(names), dtype=np.float32)[:, None], labels, names)


@given(names_of_examples, st.randoms())
def test_halves_are_disjoint_complete_and_fixed_by_the_names(names, random):
    design, heldout = aann.split(examples(names))
    assert set(design.names) | set(heldout.names) == set(names)
    assert not set(design.names) & set(heldout.names)
    assert len(design) == len(names) // 2
    shuffled = random.sample(names, len(names))
    assert set(aann.split(examples(shuffled))[0].names) == set(design.names)


@given(names_of_examples)
def test_halves_load_their_own_inputs_and_labels(names):
    whole = examples(names, labels=list(range(len(names))))
    for half in aann.split(whole):
        loaded = half.load(range(len(half)))
        assert [names[int(i)] for i in loaded[:, 0]] == list(half.names)
        np.testing.assert_array_equal(half.labels, loaded[:, 0])


def test_the_hash_sees_contents_and_labels_but_not_the_order():
    one = examples(["a", "b"], labels=[0, 1])
    assert one.take([1, 0]).hash == one.hash
    assert examples(["a", "b"], labels=[1, 1]).hash != one.hash
    assert aann.from_arrays("toy", np.ones((2, 1)), [0, 1], ["a", "b"]).hash != one.hash


def test_problems_are_reported_together():
    with pytest.raises(ValueError, match="more than once: a") as error:
        aann.Examples("toy", ("a", "a"), ("0",), lambda i: i, np.zeros((3, 2), np.float32))
    assert "2 names but 1 digests" in str(error.value)
    assert "labels of shape (3, 2)" in str(error.value)
    assert "labels are integers, got float32" in str(error.value)


def test_empty_and_twice_split_sets_are_refused():
    with pytest.raises(ValueError, match="'toy': it is empty"):
        examples([])
    with pytest.raises(ValueError, match="has 1 example; two halves need two"):
        aann.split(examples(["a"]))
    design, heldout = aann.split(examples(["a", "b"]))
    with pytest.raises(TypeError, match="is a heldout half already"):
        aann.split(heldout)
    with pytest.raises(TypeError, match="is a design half; what was fitted on is not held out"):
        aann.held_out(design)
    with pytest.raises(TypeError, match="is held out; nothing that fits accepts it"):
        aann.design(heldout)


def test_a_published_training_set_is_declared_as_a_whole():
    whole = examples(["a", "b", "c"])
    declared = aann.design(whole)
    assert isinstance(declared, aann.Design)
    assert (declared.hash, declared.names) == (whole.hash, whole.names)


def test_marks_tell_name_content_and_label_apart():
    inputs = np.arange(4.0)[:, None]
    marks = aann.from_arrays("a", inputs, [0, 1, 0, 1]).marks
    assert len(set(marks)) == 4
    assert all(len(mark) == 16 for mark in marks)
    whole = aann.from_arrays("other name", inputs, [0, 1, 0, 1])
    assert whole.take([2, 0]).marks == (marks[2], marks[0])
    for other in (
        aann.from_arrays("a", inputs + 1, [0, 1, 0, 1]),
        aann.from_arrays("a", inputs, [1, 0, 1, 0]),
        aann.from_arrays("a", inputs, [0, 1, 0, 1], names="efgh"),
        aann.from_arrays("a", inputs),
    ):
        assert not set(other.marks) & set(marks)


@given(st.lists(st.integers(0, 5), min_size=2, max_size=40).filter(lambda g: len(set(g)) > 1))
def test_halves_keep_groups_together(groups):
    data = aann.from_arrays("toy", np.arange(float(len(groups)))[:, None], groups=groups)
    design, heldout = aann.split(data)
    assert not set(design.groups) & set(heldout.groups)
    assert sorted(design.groups + heldout.groups) == sorted(groups)
    assert len(design) > 0
    assert len(heldout) > 0
    largest = max(groups.count(g) for g in groups)
    assert len(design) <= max(len(groups) // 2, largest)


def test_groups_are_of_one_kind_and_never_nan():
    inputs = np.zeros((4, 1))
    with pytest.raises(ValueError, match=r"groups are of one kind, got int, str: 1 and '1'"):
        aann.from_arrays("toy", inputs, groups=[1, "1", 2, "2"])
    with pytest.raises(ValueError, match="2 groups are NaN: 0000001, 0000003; give each a group"):
        aann.from_arrays("toy", inputs, groups=[1.0, np.nan, 2.0, float("nan")])
    pairs = [(0, 1), (0, 1), (0, 2), (1, 1)]
    assert aann.from_arrays("toy", inputs, groups=pairs).groups == tuple(pairs)
    numbers = aann.from_arrays("toy", inputs, groups=[np.int64(3), 3, 4, 5]).groups
    assert numbers == (3, 3, 4, 5)


def test_one_group_has_no_halves():
    with pytest.raises(ValueError, match="'toy' is one group; two halves need two"):
        aann.split(aann.from_arrays("toy", np.zeros((3, 1)), groups=["a", "a", "a"]))


def test_examples_are_taken_as_numpy_takes_them():
    whole = aann.from_arrays("toy", np.arange(8.0).reshape(4, 2), names="abcd", groups="xxyy")
    for wanted in ([1, 3], np.asarray([0, 1, 0, 1], bool), slice(1, None, 2), np.asarray([1.0, 3])):
        part = whole.take(wanted)
        assert (part.names, part.groups) == (("b", "d"), ("x", "y"))
        np.testing.assert_array_equal(part.load([0, 1]), [[2.0, 3.0], [6.0, 7.0]])
    with pytest.raises(ValueError, match="examples of 'toy' are non-negative integers, got"):
        whole.take([1.5, 2.7])
    with pytest.raises(ValueError, match="a mask of examples of 'toy' has one boolean each, 4"):
        whole.take(np.asarray([True, False]))
