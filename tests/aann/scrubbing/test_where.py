import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import SHAPES

from aann.scrubbing.where import Where, as_where

TURNED = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]


@pytest.mark.parametrize(
    ("where", "picked"),
    [
        (Where("h"), lambda v: v),
        (Where("h", (3, 1)), lambda v: v[..., [3, 1]]),
        (Where("h", positions=(2, 0)), lambda v: v[:, [2, 0]]),
        (Where("h", (0,), positions=(1,)), lambda v: v[:, [1]][..., [0]]),
        (Where("h", (1,), axis=1), lambda v: v[:, [1]]),
        (Where("h", basis=TURNED[:, :2]), lambda v: v @ TURNED[:, :2]),
        (Where("h", (1,), basis=TURNED), lambda v: v @ TURNED[:, 1:2]),
    ],
    ids=range(7),
)
def test_a_part_of_a_site(where, picked):
    value = np.random.default_rng(1).normal(size=(7, *SHAPES["h"])).astype(np.float32)
    place = where.place(value.shape)
    np.testing.assert_allclose(place.pick(jnp.asarray(value)), picked(value), atol=1e-5)


@pytest.mark.usefixtures("unchecked")
def test_what_a_user_may_write_for_it():
    assert [w.site for w in as_where("h")] == ["h"]
    assert [w.site for w in as_where(["h", Where("m")])] == ["h", "m"]
    assert Where("h", units=3).units == Where("h", units=np.int64(3)).units == (3,)
    assert Where("h", units=np.arange(2)).units == Where("h", units=range(2)).units == (0, 1)
    assert Where("h", through="m").through == ("m",)
    assert isinstance(Where("h", basis=jnp.asarray(TURNED, jnp.float32)).basis, np.ndarray)


def test_it_says_what_it_is():
    assert str(Where("h")) == "h"
    assert str(Where("h", (3,))) == "h, 3"
    assert str(Where("h", (3, 1), positions=(0, 2), through=("m",))) == (
        "h, 2 units, positions 0, 2, through m"
    )


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"site": 3}, "a site is called by a string, got 3"),
        ({"site": "h", "units": ()}, "site 'h': units is empty"),
        ({"site": "h", "units": 3.5}, "units are non-negative integers, got \\[3.5\\]"),
        ({"site": "h", "units": (0, 0)}, "units"),
        ({"site": "h", "units": (-1,), "positions": ()}, "units .*; positions is empty"),
        ({"site": "h", "through": (3,)}, "through names sites, got 3"),
        ({"site": "h", "basis": np.ones((4, 2))}, "columns are orthonormal"),
        ({"site": "input", "units": (0,)}, "'input' is taken as a whole"),
        ({"site": "input", "through": "m"}, "'input' is taken as a whole"),
    ],
)
def test_what_is_wrong_whatever_the_site(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Where(**given)


@pytest.mark.parametrize(
    ("where", "shape", "message"),
    [
        (Where("h", (4, 9)), (7, 3, 4), r"has units 0 to 3, got \[4, 9\]"),
        (Where("h", positions=(3,)), (7, 3, 4), r"has positions 0 to 2, got \[3\]"),
        (Where("h", axis=5), (7, 3, 4), "axis 5 does not exist"),
        (Where("h", axis=0), (7, 3, 4), "axis 0 is that of the batch"),
        (Where("h", axis=-3), (7, 3, 4), "axis -3 is that of the batch"),
        (Where("h", positions=(0,), position_axis=0), (7, 3, 4), "axis 0 is that of the batch"),
        (Where("h", axis=1, positions=(0,)), (7, 3, 4), "is that of units and of positions"),
        (Where("h", basis=TURNED), (7, 3, 5), "the basis has 4 rows, the site 5 channels"),
        (Where("h"), (7,), r"has no axis of units: mark it with one.*x\[:, None\]"),
    ],
)
def test_what_does_not_fit_a_site(where, shape, message):
    with pytest.raises(ValueError, match=message):
        where.place(shape)


@pytest.mark.parametrize("given", [None, 3, {"h": 1}, ["h", 3]])
def test_what_is_no_place(given):
    with pytest.raises(
        TypeError, match="a value stands for a site's name, an aann.Where or several"
    ):
        as_where(given)
