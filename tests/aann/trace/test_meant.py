import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toys import batch

import aann
from aann.trace.meant import all_of, meant, nearest, root_of

SHAPE = jax.ShapeDtypeStruct((6,), jnp.float32)
KNOWN = [
    "input", "blocks.0.mlp.post", "blocks.0.mlp.pre", "blocks.1.mlp.post", "Encoder/norm#0",
    "Encoder/norm#1", "layer[0]", "layer[1]", "mixed3b",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Blocks/0/MLP/post", ["blocks.0.mlp.post", "blocks.1.mlp.post"]),
        ("blocks.0.mlp", ["blocks.0.mlp.post", "blocks.0.mlp.pre"]),
        ("encoder.norm", ["Encoder/norm#0", "Encoder/norm#1"]),
        ("encoder.norm#1", ["Encoder/norm#1", "Encoder/norm#0"]),
        ("Layer[1]", ["layer[1]", "layer[0]"]),
        ("layer", ["layer[0]", "layer[1]"]),
        ("MIXED3B", ["mixed3b"]),
        ("mixed3bb", ["mixed3b"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_near_names_come_first_whatever_their_case_and_separator(name, first):
    found = nearest(name, KNOWN)
    assert found[: len(first)] == first
    assert len(found) <= 3
    assert bool(found) == bool(first)


def test_names_that_read_the_same_are_all_shown():
    assert nearest("a.b", ["a/b", "A.b", "A/B"]) == ["a/b", "A.b", "A/B"]


def test_what_is_said():
    assert meant("Mixed3B", KNOWN) == "did you mean 'mixed3b'?"
    assert meant("zzz", KNOWN) == "no close match"
    assert all_of(["input"]) == "(the model has 1 site: input)"
    assert all_of(["input", "h"]) == "(the model has 2 sites: input, h)"
    assert all_of([f"s{i}" for i in range(13)]) == "(the model has 13 sites: aann.sites)"


def test_a_step_leads_to_its_loop_whatever_its_case():
    assert root_of("Trunk/Layer[9]", ["trunk.layer", "b"]) == "trunk.layer"
    assert root_of("trunk.layer", ["trunk.layer"]) == ""
    assert root_of("other[0]", ["trunk.layer"]) == ""

    def looped(p, x):
        def step(carry, _):
            return aann.site("trunk.state", carry + 1.0), None

        return jax.lax.scan(step, x, None, length=3)[0]

    model = aann.Model(looped, {}, "own")
    with pytest.raises(ValueError, match=r"'Trunk/State\[7\]' .*: trunk.state\[0\] to .*\[2\]"):
        aann.capture(model, ["Trunk/State[7]"])(jnp.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"did you mean 'trunk.state\[0\]', 'trunk.state\[1\]'"):
        aann.capture(model, ["Trunk/state"])(jnp.zeros((2, 3)))


def test_every_way_to_ask_for_a_site_offers_the_same_names():
    model = aann.Model(lambda p, x: aann.site("Blocks/0.Out", x) * 2, None, "own", SHAPE)
    asked = "blocks.0.out"
    program = aann.make(lambda x, c: x[:, :1], model="own", site=asked, units=(0,))
    for ask in (
        lambda: aann.capture(model, [asked])(batch()),
        lambda: aann.splice(model, program)(batch()),
        lambda: aann.cut(model, asked, batch()),
        lambda: aann.unit_sweep(model, asked, [0], aann.from_arrays("x", np.zeros((4, 6)))),
    ):
        with pytest.raises(ValueError, match=r"did you mean 'Blocks/0.Out'\?\n\(the model has 2"):
            ask()
