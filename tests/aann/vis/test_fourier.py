import io

import numpy as np
import pytest

from aann.vis import fourier

RNG = np.random.default_rng(0)


def plane(title="neuron 3", shape=(7, 7), other=None):
    natural = RNG.normal(size=shape)
    return fourier.Plane(natural, RNG.normal(size=other or shape), title)


def drawn(figure):
    figure.savefig(io.BytesIO(), format="png")
    return figure


def texts(figure):
    return [t.get_text() for ax in figure.axes for t in ax.texts]


def test_spectra_point_out_the_key_frequencies():
    share = np.asarray([0.1, 0.6, 0.05, 0.25])
    figure = drawn(fourier.spectra({"embedding": share, "logits": share[::-1]}, keys=(2, 4)))
    assert texts(figure) == ["2", "4"] * 2
    bars = figure.axes[0].patches
    assert [b.get_height() for b in bars] == pytest.approx(100 * share)
    tints = [b.get_facecolor() for b in bars]
    assert tints[1] == tints[3] != tints[0] == tints[2]


def test_planes_share_a_scale_and_show_the_difference():
    row = plane()
    figure = drawn(fourier.planes([row, plane("neuron 4")], title="both"))
    natural, artificial, difference = (ax.images[0] for ax in figure.axes[:3])
    assert natural.get_clim() == artificial.get_clim()
    low, high = difference.get_clim()
    assert low == -high
    np.testing.assert_allclose(difference.get_array(), row.artificial - row.natural)


def test_training_leaves_out_what_a_logarithm_cannot_show():
    curves = {"step": np.arange(4), "train": np.asarray([4.0, 1.0, 0.0, 1e-9])}
    runs = {"seed0": curves, "seed1": curves, "seed2": {**curves, "excluded": np.ones(4)}}
    figure = drawn(fourier.training(runs))
    shown = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(np.isnan(shown), [False, False, True, False])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["train", "excluded"]
    assert [ax.get_visible() for ax in figure.axes] == [True, True, True, False]


@pytest.mark.parametrize(
    ("draw", "match"),
    [
        (lambda: fourier.spectra({}), "at least one panel, got none"),
        (
            lambda: fourier.spectra({"a": np.ones(4)}, keys=(2, 5)),
            r"key frequencies lie between 1 and 4, got \[5\]",
        ),
        (lambda: fourier.planes([]), "at least one row, got none"),
        (
            lambda: fourier.planes([plane("one", other=(3, 3)), plane("two", (2, 2, 2))]),
            r"'one': .* got \(7, 7\) and \(3, 3\); 'two': .* got \(2, 2, 2\)",
        ),
        (lambda: fourier.training({}), "at least one run, got none"),
        (
            lambda: fourier.training(
                {"a": {"train": np.ones(2)}, "b": {"step": np.ones(2), "train": np.ones(3)}}
            ),
            r"'a' has no curve 'step', it has train; 'b': curves have one entry a step",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, match, unchecked):
    with pytest.raises(ValueError, match=match):
        draw()
