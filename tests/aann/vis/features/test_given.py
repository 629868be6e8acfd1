import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pictures_toy import SIZE, channels_first, colour_model, grey_model, pictures

import aann
from aann.vis.features.given import (
    activations,
    count_problems,
    given,
    inputs_of,
    layer_shape,
    one_given,
    refuse,
    site_problems,
)


def test_examples_and_arrays_are_the_same_pictures():
    some = pictures(3)
    examples = aann.from_arrays("some", 255 * some)
    for seen, n in ((some, 3), (examples, 3), (some[0], 1)):
        found, problems = given(colour_model(), seen)
        assert problems == []
        np.testing.assert_allclose(found, some[:n], atol=1e-6)
    assert len(given(colour_model(), examples, most=2)[0]) == 2
    assert len(given(colour_model(), some, most=2)[0]) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((2, 4, 4)), "takes 3 channels, got 4|3 channels\\) is expected"),
        (np.zeros((2, 4, 4, 2)), r"\(n, rows, columns, 1 or 3 channels\) is expected, got \(2, 4"),
        (np.zeros((0, 4, 4, 3)), "no picture is given; one is needed at least"),
        (np.zeros((2, 4, 4, 1)), "model 'colours' takes 3 channels, got 1"),
        (np.full((1, 4, 4, 3), np.nan), "some numbers are NaN or infinite"),
        (np.full((1, 4, 4, 3), 255.0), r"numbers are in \[0, 1\] .* got 255 to 255"),
        ("cat.png", "pictures are aann.Examples or numbers, got str"),
    ],
)
def test_wrong_pictures_are_refused(wrong, message):
    found, problems = given(colour_model(), wrong)
    assert len(found) == 0
    with pytest.raises(ValueError, match=message):
        refuse(problems)


def test_wrong_ranges_and_models_are_refused():
    assert "low_high is black below white" in given(colour_model(), pictures(), (1.0, 0.0))[1][0]
    examples = aann.from_arrays("some", 255 * pictures())
    assert "low_high=(0.0, 1.0)" in given(colour_model(), examples, (0.0, 1.0))[1][0]
    flat = aann.Model(lambda p, x: x, 0.0, "flat", jax.ShapeDtypeStruct((4,), jnp.float32))
    assert "model 'flat' takes (4,)" in given(flat, pictures())[1][0]
    assert (
        "one picture is (rows, columns, channels), got 6 of them"
        in one_given(colour_model(), pictures())[1]
    )


def test_sites_and_units_are_checked():
    assert site_problems(colour_model(), "cells", (0, 3), axes=3) == []
    assert "'cells'" in site_problems(colour_model(), "cels")[0]
    wrong = site_problems(colour_model(), "cells", (4, -1))
    assert wrong == ["site 'cells' has units 0 to 3, got 4, -1"]
    assert "is (4,) for one picture" in site_problems(
        aann.Model(
            lambda p, x: aann.site("flat", x.mean((1, 2)) @ jnp.ones((3, 4))), 0.0, "m",
            jax.ShapeDtypeStruct((4, 4, 3), jnp.float32),
        ), "flat", axes=3,
    )[0]  # fmt: skip
    assert count_problems(k=0, n=True, m=1.0, fine=2) == [
        "k is a whole number from 1 up, got 0",
        "n is a whole number from 1 up, got True",
        "m is a whole number from 1 up, got 1.0",
    ]


def test_activations_are_those_of_the_model_whatever_the_batch():
    some = pictures(5)
    direct = aann.capture(colour_model(), ["cells"])(jnp.asarray(255 * some))[1]["cells"]
    for batch in (2, 5, 16):
        found = activations(colour_model(), ["cells"], some, batch=batch)["cells"]
        np.testing.assert_allclose(found, direct, rtol=1e-5, atol=1e-6)


def test_models_with_channels_first_are_seen_with_channels_last():
    first, last = (
        activations(model, ["cells"], pictures(2))["cells"]
        for model in (channels_first(colour_model()), colour_model())
    )
    np.testing.assert_allclose(first, last, atol=1e-6)
    assert layer_shape(channels_first(colour_model()), "cells") == (8, 8, 4)
    assert inputs_of(channels_first(colour_model()), pictures(2), (0.0, 255.0)).shape[1] == 3


def test_examples_may_have_channels_first_as_the_model_has():
    data = aann.from_arrays("first", np.moveaxis(255 * pictures(2), -1, 1))
    found, problems = given(channels_first(colour_model()), data)
    assert problems == []
    np.testing.assert_allclose(found, pictures(2), atol=1e-6)


def test_pictures_of_another_size_are_scaled():
    found = inputs_of(grey_model(), np.full((2, 7, 9, 1), 0.25, np.float32), (-1.0, 1.0))
    assert found.shape == (2, 28, 28, 1)
    np.testing.assert_allclose(found, -0.5, atol=1e-6)
    assert inputs_of(colour_model(), pictures(1), (0.0, 255.0)).shape == (1, SIZE, SIZE, 3)


def test_activations_that_are_not_finite_are_refused():
    def apply(p, x):
        return aann.site("bad", jnp.log(x - 300))

    model = aann.Model(apply, 0.0, "bad", colour_model().inputs)
    with pytest.raises(ValueError, match="site 'bad' is NaN or infinite on these pictures"):
        activations(model, ["bad"], pictures())
