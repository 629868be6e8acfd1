"""``landscape``, ``quilt``, ``planes`` and ``confusion``: figures of programs of labels."""

import io

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis.confusion import confusion
from aann.vis.landscape import landscape
from aann.vis.planes import label_planes, on_plane
from aann.vis.quilt import Patch, disagreements, quilt

SIDE = 9
PAIRS = np.stack(np.meshgrid(range(SIDE), range(SIDE), indexing="ij"), -1).reshape(-1, 2)


def rendered(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def texts(figure):
    return [t.get_text() for axes in figure.axes for t in axes.texts]


def above(params, x):
    score = (x[:, 0] - x[:, 1]).astype(jnp.float32)
    return jnp.stack([-score, score + 1], -1)


@pytest.fixture(scope="module")
def compared():
    model = aann.Model(above, {}, "above", jax.ShapeDtypeStruct((2,), jnp.int32))
    pairs = aann.from_arrays("pairs", PAIRS.astype(np.int32), (PAIRS[:, 0] > 4).astype(int))
    return aann.label_agreement(model, lambda x: x[:, 0] > 3, pairs, name="half")


@pytest.fixture(scope="module")
def fitted():
    x = np.random.default_rng(0).normal(size=(200, 1)).astype(np.float32)
    labels = (np.abs(x[:, 0]) + 0.2 * np.sin(40 * x[:, 0]) < 0.8).astype(int)
    design = aann.design(aann.from_arrays("toy", x, labels))
    return aann.fit_thresholds(design, lambda x: x[:, 0], name="height")


def test_the_landscape_has_the_best_point_and_those_marked(fitted):
    figure = landscape(fitted, {"published": (-0.7, 0.9), "whole": (-1, 1)})
    assert rendered(figure).startswith(b"\x89PNG")
    best, marked, _ = figure.axes[0].lines
    assert (best.get_xdata()[0], best.get_ydata()[0]) == fitted.thresholds
    assert (marked.get_xdata()[0], marked.get_ydata()[0]) == (-0.7, 0.9)
    assert "toy, design, n = 200" in figure.get_suptitle()
    keys = [t.get_text() for t in figure.legends[0].get_texts()]
    assert keys[1] == f"published: {fitted.accuracy_at((-0.7, 0.9)):.2%}"
    assert np.ptp(figure.axes[1].get_xlim()) < np.ptp(figure.axes[0].get_xlim())


def test_one_threshold_is_a_curve(fitted):
    figure = landscape(fitted, vary=(1,))
    rendered(figure)
    curve = figure.axes[0].lines[0]
    assert np.nanmax(curve.get_ydata()) == fitted.accuracy
    with pytest.raises(ValueError, match="expected 2 ascending thresholds"):
        landscape(fitted, {"one": (0.5,)})


def test_planes_show_all_labels_and_what_differs(compared):
    figure = label_planes(compared, PAIRS, SIDE, title="pairs")
    rendered(figure)
    shown = [np.asarray(axes.images[0].get_array()) for axes in figure.axes]
    i, j = np.indices((SIDE, SIDE))
    np.testing.assert_array_equal(shown[0], i > 4)
    np.testing.assert_array_equal(shown[1], 2 * (i - j) + 1 > 0)
    np.testing.assert_array_equal(shown[2], i > 3)
    apart = shown[2].astype(int) - shown[1]
    np.testing.assert_array_equal(shown[3] == 1, apart == 1)
    np.testing.assert_array_equal(shown[3] == 2, apart == -1)
    assert figure.axes[3].get_title(loc="left").startswith(f"difference: {len(compared.differ)} of")


def test_pairs_that_are_not_there_stay_empty(compared):
    plane = on_plane([1, 0], np.array([[0, 1], [2, 2]]), 3)
    assert (plane == -1).sum() == 7
    assert (plane[0, 1], plane[2, 2]) == (1, 0)
    rendered(label_planes(compared, PAIRS, SIDE + 2))
    with pytest.raises(ValueError, match="2 pairs occur more than once"):
        on_plane([1, 0, 1], np.zeros((3, 2), int), 3)
    with pytest.raises(ValueError, match="from 0 to 2, got 0 to 3"):
        on_plane([1], np.array([[0, 3]]), 3)
    with pytest.raises(ValueError, match=r"with a label each, got \(81, 2\) and \(2,\)"):
        on_plane([1, 0], PAIRS, SIDE)


def test_a_confusion_has_the_count_of_each_cell(compared):
    figure = confusion(compared)
    rendered(figure)
    assert len(figure.axes) == 3
    cells = [t.get_text() for t in figure.axes[0].texts]
    assert cells == [str(k) for k in compared.with_network.counts.ravel()]
    assert figure.axes[0].get_xlabel() == "network"


def pictures(n=40, shape=(6, 5, 1)):
    x = np.random.default_rng(2).uniform(size=(n, *shape)).astype(np.float32)
    return aann.from_arrays("pictures", x, names=[f"p{i}" for i in range(n)])


def bright(params, x):
    mean = x.reshape(len(x), -1).mean(-1)
    return jnp.stack([0.5 - mean, mean - 0.5], -1)


@pytest.mark.parametrize("shape", [(6, 5, 1), (6, 5, 3), (6, 5)])
def test_a_quilt_shows_disagreements_by_kind_the_surest_first(shape):
    examples = pictures(shape=shape)
    model = aann.Model(bright, {}, "bright", jax.ShapeDtypeStruct(shape, jnp.float32))
    found = aann.label_agreement(model, np.arange(40) % 2, examples)
    figure = disagreements(found, examples, score=np.arange(40), most=4, columns=3)
    rendered(figure)
    assert len(figure.axes) == len(found.kinds) == 2
    kind = found.kinds[0]
    lines = figure.axes[0].texts[0].get_text().split("\n")
    assert lines[0] == kind.names[0]
    assert lines[1] == f"margin {kind.margins[0]:.2g}"
    assert lines[2] == f"score {kind.indices[0]}"
    assert len(figure.axes[0].images) == min(4, len(kind))
    assert f"{len(kind)} of 40" in figure.axes[0].get_title(loc="left")
    with pytest.raises(ValueError, match=r"not the examples that were compared.*; scores are one"):
        disagreements(found, examples.take(range(9)), score=[1])
    same = aann.label_agreement(model, model, examples)
    with pytest.raises(ValueError, match="the same label: nothing to show"):
        disagreements(same, examples)


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match=r"a: one: a picture is .* got \(3,\)"):
        quilt({"a": [Patch(np.zeros(3), ("one",))]})
    with pytest.raises(ValueError, match=r"a column at least.*; each section"):
        quilt({"a": []}, columns=0)
    flat = quilt({"a": [Patch(np.zeros((2, 2)), ("one", "two"))]}, title="black")
    rendered(flat)
    assert texts(flat) == ["one\ntwo"]
