import io
import warnings

import numpy as np
import pytest
from scrubs import N, claim, examples, identity, scrubbed

import aann
from aann.scrubbing.equivalence import Within
from aann.scrubbing.tree import Branch, trees
from aann.vis.scrubbing import by_width, scrub_trees

WIDTHS = {"narrow": 0.05, "middle": 0.5, "wide": 3.0}
HOSTILE = "$x_{<script>%s\\frac"


def rendered(figure):
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def texts(figure):
    return [t.get_text() for axes in figure.axes for t in axes.texts]


@pytest.fixture(scope="module")
def found():
    return scrubbed(*(
        claim(identity, {"a": "h"}, same=Within(width), name=name)
        for name, width in reversed(WIDTHS.items())
    ))  # fmt: skip


def test_what_is_kept_by_width(found):
    figure = by_width(found, WIDTHS, label="width of a", title=f"all {HOSTILE}")
    left, right = figure.axes
    np.testing.assert_allclose(left.lines[0].get_xdata(), list(WIDTHS.values()))
    kept = [found.row(name).kept.estimate for name in WIDTHS]
    np.testing.assert_allclose(left.lines[0].get_ydata(), kept)
    against = [found.row(name).against_random["kl"].estimate for name in WIDTHS]
    np.testing.assert_allclose(right.lines[0].get_ydata(), against)
    assert left.lines[1].get_ydata()[0] == 1 - found.rows[0].loss["random"]["agreement"]
    assert (left.get_xscale(), left.get_xlabel()) == ("log", "width of a")
    assert rendered(figure).startswith(b"\x89PNG")
    assert rendered(by_width(found, {"wide": 1.0}, metric="nll"))


@pytest.mark.parametrize(
    ("widths", "more", "error", "message"),
    [
        ({}, {}, ValueError, "widths are positive, one a row"),
        ({"wide": 0.0}, {}, ValueError, "widths are positive"),
        ({"wide": float("nan")}, {}, ValueError, "widths are positive"),
        ({"wide": float("inf")}, {}, ValueError, "widths are positive"),
        ({"nope": 1.0}, {}, KeyError, "no row 'nope'"),
        ({"wide": 1.0}, {"metric": "nope"}, KeyError, "no metric 'nope'; there are agreement, kl"),
    ],
)
def test_widths_that_cannot_be_drawn(found, widths, more, error, message):
    with pytest.raises(error, match=message):
        by_width(found, widths, **more)


def test_trees_with_and_without_pictures():
    names = [f"{i} {HOSTILE}" for i in range(N)]
    data = aann.from_arrays("x", examples().load(range(N)), names=names)
    found = scrubbed(claim(), data=data)
    drawn = trees(found, examples=(0, 3))
    plain = scrub_trees(drawn, title=HOSTILE)
    assert rendered(plain)
    nodes = [n for tree in drawn for n in walk(tree)]
    assert len(texts(plain)) == len(nodes) == 10
    for node in nodes:
        assert any(node.example in text for text in texts(plain))
    rng = np.random.default_rng(0)
    pictures = {
        names[0]: rng.random((8, 8)), names[1]: rng.integers(0, 256, (8, 12, 3)),
        names[3]: rng.random((1, 1)), **dict.fromkeys(names[4:], np.zeros((4, 4, 1))),
    }  # fmt: skip
    shown = scrub_trees(drawn, pictures)
    assert rendered(shown)
    assert len(shown.axes[0].artists) == sum(n.example in pictures for n in nodes)


def walk(branch):
    yield branch
    for below in branch.below:
        yield from walk(below)


def test_one_example_that_stands_for_itself():
    assert rendered(scrub_trees([Branch("", "", "one", None, "", ())]))


def test_pictures_that_are_none():
    tree = [Branch("", "", "one", None, "", ())]
    with pytest.raises(ValueError, match="there is at least one tree to draw, got none"):
        scrub_trees([])
    for wrong in (np.zeros(4), np.zeros((0, 4)), np.zeros((4, 4, 2)), np.full((4, 4), np.nan)):
        with pytest.raises(ValueError, match="the picture of 'one' is .*height, width"):
            scrub_trees(tree, {"one": wrong})
