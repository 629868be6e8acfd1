"""Of ``visualise``, ``ascent`` and ``visualised``: what is optimised, checked, shown and saved."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from PIL import Image

import aann
from aann.vis import (
    Alpha,
    Jitter,
    Objective,
    Pixels,
    channel,
    diversity,
    total_variation,
    visualise,
)
from aann.vis.features.objectives.objective import LOGITS

SIZE = 16


def network(p, x):
    """Channel 0 is red less green at every pixel, channel 1 vertical edges."""
    x = x / 255
    red = x[..., 0] - x[..., 1]
    edge = jnp.abs(x[:, :, 1:, 2] - x[:, :, :-1, 2])
    conv = aann.site("conv", jnp.stack([red[:, :, 1:], edge], -1) * p)
    return conv.mean((1, 2))


def model(function=network, shape=(SIZE, SIZE, 3), dtype=jnp.float32):
    return aann.Model(function, jnp.float32(1), "toy", jax.ShapeDtypeStruct(shape, dtype))


QUICK = {"steps": 60, "transforms": (), "progress": False}


def test_what_is_found_is_what_the_channel_is_for():
    found = visualise(model(), ["conv:0", channel("conv", 1)], n=2, **QUICK)
    assert found.names == ("conv:0", "conv:1")
    assert found.pictures.shape == (2, 2, SIZE, SIZE, 3)
    assert found.values.shape == (2, 2)
    assert found.course.shape == (60, 2, 2)
    red = found.pictures[0]
    assert (red[..., 0] - red[..., 1]).mean() > 0.1
    assert (found.values > found.course[0] + 0.1).all()
    outputs = np.asarray(model()(255 * found.pictures.reshape(-1, SIZE, SIZE, 3)))
    np.testing.assert_allclose(
        found.values.reshape(-1), [*outputs[:2, 0], *outputs[2:, 1]], rtol=1e-4
    )


def test_the_seed_decides_and_objectives_stand_apart():
    both = visualise(model(), ["conv:0", "conv:1"], seed=3, **QUICK)
    again = visualise(model(), ["conv:0", "conv:1"], seed=3, **QUICK)
    np.testing.assert_array_equal(both.pictures, again.pictures)
    for k, name in enumerate(("conv:0", "conv:1")):
        alone = visualise(model(), name, seed=3, **QUICK)
        np.testing.assert_allclose(both.pictures[k], alone.pictures[0], atol=1e-5)
    apart = visualise(model(), ["conv:0", "conv:1"], seed=3, together=1, **QUICK)
    np.testing.assert_allclose(apart.pictures, both.pictures, atol=1e-5)
    alone = visualise(model(), "conv:0", seed=3, **QUICK)
    other = visualise(model(), "conv:0", seed=4, **QUICK)
    assert np.abs(other.pictures - alone.pictures).max() > 0.01


def test_robust_pictures_of_another_size_and_of_one_channel():
    def grey(p, x):
        return aann.site("h", x[..., 0] * p).mean((1, 2))[:, None]

    one = model(grey, (12, 12, 1))
    found = visualise(one, "h", size=(20, 24), steps=8, progress=False, low_high=(0.0, 1.0))
    assert found.pictures.shape == (1, 1, 20, 24, 1)
    assert found.course[-1].mean() > found.course[0].mean()


def test_diversity_keeps_pictures_apart():
    options = {**QUICK, "n": 3, "parametrisation": Pixels()}
    alike = visualise(model(), "conv:1", **options)
    apart = visualise(model(), channel("conv", 1) + 5.0 * diversity("conv"), **options)

    def cosine(found):
        seen = np.asarray(aann.capture(model(), ["conv"])(255 * found.pictures[0])[1]["conv"])
        return -np.mean(diversity("conv").of({"conv": jnp.asarray(seen)}))

    assert cosine(apart) < cosine(alike)


def test_what_is_saved_is_what_is_shown(tmp_path):
    found = visualise(model(), ["conv:0", "conv:1"], n=2, **QUICK)
    files = found.save(tmp_path)
    assert [f.name for f in files] == [
        "conv_0_0.png",
        "conv_0_1.png",
        "conv_1_0.png",
        "conv_1_1.png",
    ]
    for path, picture in zip(files, found.pictures.reshape(-1, SIZE, SIZE, 3), strict=True):
        with Image.open(path) as image:
            np.testing.assert_allclose(np.asarray(image) / 255, picture, atol=0.5 / 255 + 1e-6)
    drawing = found.figure()
    assert len(drawing.axes) == 4
    assert drawing.axes[0].get_title().startswith("conv:0: ")
    np.testing.assert_array_equal(drawing.axes[0].images[0].get_array(), found.pictures[0, 0])


@pytest.mark.parametrize(
    ("given", "more", "match"),
    [
        ("conf:0", {}, "no site 'conf' in this model: did you mean 'conv'"),
        ("conv:2", {}, "site 'conv' has units 0 to 1, got 2"),
        ([], {}, "no objective: name one"),
        ("conv:0", {"n": 0}, "n is a whole number from 1 up, got 0"),
        (["conv:2", "conf"], {}, "has units 0 to 1, got 2; .*no site 'conf'"),
        ("conv:0", {"keep": (1, 3)}, r"steps to keep are whole numbers from 1 to 2, got \[1, 3\]"),
        ("conv:0", {"low_high": (1.0, 1.0)}, "low_high is black below white"),
        ("conv:0", {"start": np.ones((3, 4, 3))[None, None, None]}, "start has pictures of shape"),
        ("conv:0", {"start": np.full((16, 16, 3), 255.0)}, "values from 255 to 255: divide pixels"),
        ("conv:0", {"start": np.full((16, 16, 3), np.nan)}, "start has pictures in"),
        ("conv:0", {"steps": 0, "size": (4, -1)}, "steps is .*got 0; columns is .* got -1"),
        (Objective("odd", (), lambda v: v[LOGITS]), {}, r"one number a picture, shape \(1,\)"),
        ("conv:²", {}, "no site 'conv:²'"),
        ("conv:0", {"start": np.zeros((0, 4, 3))}, "start has pictures, got none"),
        ("conv:0", {"transforms": (Jitter(16),)}, "leaves nothing of pictures of 16 x 16"),
        ("conv:0", {"parametrisation": Alpha(Alpha())}, r"got \(1, 16, 16, 6\)"),
        (Objective("nan", (), lambda v: jnp.log(-v[LOGITS][:, 1])), {}, "'nan' is NaN or infinite"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, more, match):
    with pytest.raises(ValueError, match=match):
        visualise(model(), given, **{**QUICK, "steps": 2, **more})


def test_a_model_without_pictures_is_refused():
    flat = model(lambda p, x: aann.site("h", x * p), (7,))
    with pytest.raises(ValueError, match=r"model 'toy' takes \(7,\); pictures are"):
        visualise(flat, "h", **QUICK)


def test_it_starts_at_given_pictures_and_keeps_some_on_the_way():
    start = np.random.default_rng(0).uniform(0.2, 0.8, (10, 14, 3)).astype(np.float32)
    options = {**QUICK, "steps": 4, "start": start, "keep": (1, 3)}
    found = visualise(model(), ["conv:0", "conv:1"], n=2, **options)
    assert found.pictures.shape == (2, 2, 10, 14, 3)
    assert found.kept.shape == (2, 2, 2, 10, 14, 3)
    assert found.kept_after == (1, 3)
    distance = [
        np.abs(x - start).mean()
        for x in (found.kept[0, 0, 0], found.kept[1, 0, 0], found.pictures[0, 0])
    ]
    assert 0 < distance[0] < distance[1] < distance[2]
    drawing = found.progress(1)
    titles = [axes.get_title() for axes in drawing.axes]
    assert titles[:3] == ["after 1 steps", "after 3 steps", "after 4 steps"]
    with pytest.raises(ValueError, match="objectives are 0 to 1, got 2"):
        found.progress(2)


def test_channels_first_are_the_same_pictures():
    def first(p, x):
        last = jnp.moveaxis(x, 1, -1) / 255
        red = last[..., 0] - last[..., 1]
        edge = jnp.abs(last[:, :, 1:, 2] - last[:, :, :-1, 2])
        return aann.site("conv", jnp.stack([red[:, :, 1:], edge], 1) * p).mean((2, 3))

    turned = model(first, (3, SIZE, SIZE))
    a, b = (visualise(m, ["conv:0", "conv:1"], **{**QUICK, "steps": 5}) for m in (model(), turned))
    np.testing.assert_allclose(a.pictures, b.pictures, atol=1e-5)
    np.testing.assert_allclose(a.values, b.values, rtol=1e-4)


def test_a_pole_of_an_objective_does_not_take_the_picture_along():
    hostile = Objective(
        "pole", ("conv",), lambda v: jnp.sqrt(jnp.maximum(v["conv"].mean((1, 2, 3)) - 10.0, 0.0))
    )
    found = visualise(model(), hostile, **{**QUICK, "steps": 3})
    assert np.isfinite(found.pictures).all()
    assert found.pictures.min() >= 0
    assert found.pictures.max() <= 1


def test_an_optimiser_that_looks_at_all_gradients_does_not_couple_objectives():
    rule = optax.chain(optax.clip_by_global_norm(1e-3), optax.sgd(10.0))
    options = {**QUICK, "steps": 4, "optimizer": rule}
    both = visualise(model(), [channel("conv", 0) * 1000.0, "conv:1"], **options)
    alone = visualise(model(), "conv:1", **options)
    np.testing.assert_allclose(both.pictures[1], alone.pictures[0], atol=1e-6)


def test_what_nothing_moves_is_named(caplog):
    dead = Objective("dead", ("conv",), lambda v: 0.0 * v["conv"].mean((1, 2, 3)))
    visualise(model(), ["conv:0", dead], **{**QUICK, "steps": 2})
    (line,) = caplog.messages
    assert line.startswith("no gradient reaches the pictures of 'dead':")


def test_outputs_may_be_a_tree():
    whole = model(lambda p, x: {"logits": network(p, x), "loss": x.sum()})
    found = visualise(whole, "conv:0", **{**QUICK, "steps": 2})
    same = visualise(model(), "conv:0", **{**QUICK, "steps": 2})
    np.testing.assert_allclose(found.pictures, same.pictures, atol=1e-6)
    with pytest.raises(ValueError, match="the model's output has no units: .*got dict"):
        visualise(whole, "logits:0", **QUICK)


def test_one_row_has_no_total_variation_along_its_columns():
    flat = model(lambda p, x: aann.site("h", x * p).mean((1, 2)), (1, 5, 3))
    found = visualise(flat, channel("h", 0) - total_variation(), **{**QUICK, "steps": 2})
    assert np.isfinite(found.values).all()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("make", "more", "match"),
    [
        (lambda: Objective("none", (), lambda v: None), {}, r"shape \(1,\), got NoneType"),
        (lambda: channel("conv", True), {}, "a unit of site 'conv' is a whole number, got True"),
        (lambda: channel("conv", 0.0), {}, "a unit of site 'conv' is a whole number, got 0.0"),
        (lambda: "conv:0", {"size": 12}, "size is rows and columns, .*got 12"),
        (lambda: "conv:0", {"size": (1, 2, 3)}, "size is rows and columns"),
        (lambda: "conv:0", {"low_high": None}, "low_high is black below white, .*got None"),
        (lambda: "conv:0", {"keep": 2}, "keep is a sequence of steps, .*got 2"),
        (lambda: "conv:0", {"start": "x"}, "start has pictures in .*got str"),
        (
            lambda: Objective("k", (), lambda v: jnp.ones(1, int)),
            {},
            "'k' gives int32, along which",
        ),
    ],
)
def test_other_kinds_of_things_are_refused_by_name(make, more, match):
    with pytest.raises(ValueError, match=match):
        visualise(model(), make(), **{**QUICK, "steps": 2, **more})


def test_no_picture_is_lost_whatever_the_names_are(tmp_path):
    names = ["a_0", "a", "a", "../a", "x" * 400, "x" * 399 + "y", ""]
    given = [channel("conv", 0).named(name) for name in names]
    found = visualise(model(), given, n=3, **{**QUICK, "steps": 1})
    files = found.save(tmp_path / "new")
    assert len(set(files)) == 3 * len(names)
    assert sorted(files) == sorted((tmp_path / "new").iterdir())


def test_a_size_of_one_number_is_refused(unchecked):
    with pytest.raises(ValueError, match=r"size is rows and columns, such as \(96, 96\), got 64"):
        visualise(model(), "conv:0", size=64, **QUICK)
