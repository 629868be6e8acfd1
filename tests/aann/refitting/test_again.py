import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aann
from aann.data.halves import check_halves
from aann.refitting.again import again


def halves(n=30, groups=None):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 2)).astype(np.float32)
    return aann.split(aann.from_arrays("set", x, np.arange(n) % 3, groups=groups))


@given(st.integers(0, 20))
def test_copies_bring_their_content_and_names_of_their_own(seed):
    design, _ = halves()
    drawn = again(design, np.random.default_rng(seed))
    assert type(drawn) is aann.Design
    assert len(drawn) == len(design)
    originals = [name.partition(" (copy ")[0] for name in drawn.names]
    at = [design.names.index(name) for name in originals]
    np.testing.assert_array_equal(drawn.load(range(len(drawn))), design.load(at))
    np.testing.assert_array_equal(drawn.labels, design.labels[at])
    assert drawn.groups == tuple(originals)
    assert len(set(originals)) < len(design)


def test_it_gets_through_the_checks_of_copies():
    design, heldout = halves()
    drawn = again(design, np.random.default_rng(0))
    assert check_halves(heldout, drawn) is drawn


def test_groups_are_drawn_whole():
    design, _ = halves(40, [str(i // 4) for i in range(40)])
    drawn = again(design, np.random.default_rng(1))
    original = collections.Counter(design.groups)
    times = {g: k / original[g] for g, k in collections.Counter(drawn.groups).items()}
    assert all(k == int(k) for k in times.values())
    assert sum(times.values()) == len(original)


def test_a_seed_says_which():
    design, _ = halves()
    names = [again(design, np.random.default_rng(s)).names for s in (0, 0, 1)]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("draws", [400])
def test_63_percent_are_drawn(draws):
    design, _ = halves()
    share = [
        len(set(again(design, np.random.default_rng(s)).groups)) / len(design) for s in range(draws)
    ]
    assert np.mean(share) == pytest.approx(1 - (1 - 1 / len(design)) ** len(design), abs=0.02)
