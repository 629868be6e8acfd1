import copy
import json
import pickle

import jax
import jax.numpy as jnp
import numpy as np

from aann.shown.listing import Listing

ARRAYS = {"losses/kl": np.zeros((2, 20), np.float32), "a": np.arange(3)}


class Pieces(Listing):
    entry = "piece"


def test_arrays_are_shown_by_shape_and_dtype():
    assert repr(Listing(ARRAYS)).split("\n") == [
        "2 arrays",
        "name       shape    dtype",
        "---------------------------",
        "losses/kl  (2, 20)  float32",
        "a          (3,)     int64",
    ]
    assert repr(Pieces(a=1)).startswith("1 piece\n")
    nested = Listing(input={"image": jax.ShapeDtypeStruct((1, 4), jnp.int32)})
    assert "{'image': int32 (1, 4)}" in repr(nested)


def test_it_is_the_dict_that_it_was():
    found = Listing(ARRAYS)
    assert isinstance(found, dict)
    assert list(found) == list(ARRAYS)
    assert Listing(x=1) == {"x": 1}
    assert json.dumps(Listing(x=1)) == '{"x": 1}'
    assert {**found} == ARRAYS
    assert pickle.loads(pickle.dumps(Listing(x=1))) == copy.deepcopy(Listing(x=1)) == {"x": 1}


def test_jax_opens_it_as_it_opens_a_dict():
    for kind in (Listing, Pieces):
        found = kind(ARRAYS)
        assert jax.tree.leaves(found)[0] is ARRAYS["a"]
        plain = [path for path, _ in jax.tree.leaves_with_path(dict(found))]
        assert [path for path, _ in jax.tree.leaves_with_path(found)] == plain
        doubled = jax.jit(lambda x: jax.tree.map(lambda y: 2 * y, x))(found)
        assert type(doubled) is kind
        np.testing.assert_array_equal(doubled["a"], [0, 2, 4])
