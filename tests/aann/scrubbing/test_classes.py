import jax.numpy as jnp
import numpy as np
import pytest
from scrubs import N, arrays, claim, examples, identity, model, scrubbed

import aann
from aann.scrubbing.classes import CLASS, resample_within
from aann.scrubbing.equivalence import Anything, Within


def sign(x):
    return x[:, 0, 0] > 0


def within(function=sign, where="z", **more):
    options = {"draws": 100, "progress": False, "batch_size": 8, **more}
    return resample_within(model(), function, where, examples(), **options)


def test_it_is_the_scrub_of_a_program_of_one_value():
    found = within()
    by_hand = scrubbed(
        claim(lambda x: aann.value(CLASS, sign(x)), {CLASS: "z"}, rest="keep"), scrubs=4
    )
    np.testing.assert_array_equal(found.losses["sign"]["kl"], by_hand.losses["it"]["kl"])
    classes, donors = sign(arrays()), found.donors["sign"][CLASS]
    np.testing.assert_array_equal(classes[donors], np.tile(classes, (4, 1)))


def test_from_classes_of_one_to_one_class_of_all():
    alone, all_ = within(lambda x: x[:, 0, 0], name="alone"), within(same=Anything())
    np.testing.assert_array_equal(alone.losses["alone"]["kl"], 0)
    np.testing.assert_array_equal(
        all_.losses["sign"]["kl"],
        scrubbed(claim(lambda x: aann.value(CLASS, x[:, 0, 0]), {CLASS: "z"}, rest="keep",
                       same=Anything())).losses["it"]["kl"],
    )  # fmt: skip
    assert all_.rows[0].loss["scrubbed"] == all_.rows[0].loss["random"]


def test_any_equivalence_several_sites_and_arrays():
    found = within(
        lambda x: x[:, 0], [aann.Where("z", (0,), axis=2), "m"], same=Within(1.0), name="n"
    )
    assert found.rows[0].where == {CLASS: "z, 0, axis 2 + m"}
    assert found.rows[0].same == {CLASS: "within 1"}
    assert found.rows[0].rest == "keep"


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("function", "where", "error", "message"),
    [
        (lambda x: [1] * N, "z", TypeError, "value 'class_' is one array, got list"),
        (lambda x: jnp.zeros(3), "z", ValueError, r"value 'class_' has shape \(3,\) for a batch"),
        (sign, "zz", ValueError, "no site 'zz'"),
        (lambda x: x if x.sum() > 0 else -x, "z", TypeError, "cannot be traced by JAX"),
    ],
)
def test_what_is_refused(function, where, error, message):
    with pytest.raises(error, match=message):
        within(function, where)
    assert identity(arrays()).shape == (N,)
