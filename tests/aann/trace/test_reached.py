import functools
import gc
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.trace.reached import reached

SOURCE = """
gain = 2.0
table = np.asarray([1.0, 2.0])
settings = {"shift": [0.5]}

def helper(x):
    return x * gain

def nested(x):
    inner = lambda y: helper(y) + table[0] + settings["shift"][0]
    return inner(x)
"""


def module():
    made = types.ModuleType("user")
    exec("import numpy as np\n" + SOURCE, made.__dict__)
    return made


def set_to(name, value):
    return lambda m: setattr(m, name, value)


CHANGES = {
    "a helper is defined anew": lambda m: exec("def helper(x):\n    return x * 3.0", m.__dict__),
    "a global number": set_to("gain", 3.0),
    "a number of another type": set_to("gain", 2),
    "an array in place": lambda m: m.table.__setitem__(0, 5.0),
    "another array": set_to("table", np.asarray([1.0, 7.0])),
    "a list in a dict": lambda m: m.settings["shift"].append(1.0),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_what_a_function_goes_by_is_noticed(what):
    user = module()
    before = reached(user.nested)
    assert reached(user.nested) == before
    assert hash(reached(user.nested)) == hash(before)
    CHANGES[what](user)
    assert reached(user.nested) != before


def test_arguments_that_are_bound_objects_and_closures_count():
    class Net:
        def __init__(self):
            self.gain = 1.0

        def __call__(self, p, x):
            return x * self.gain

        def apply(self, p, x):
            return x * self.gain

    net = Net()

    def closure(p, x):
        return net(p, x) + 1.0

    for function in (net, net.apply, functools.partial(net.apply, None), closure):
        net.gain = 1.0
        before = reached(function)
        net.gain = 2.0
        assert reached(function) != before


def test_an_array_that_takes_the_place_of_another_is_another():
    """A new object may get the id of one that is gone."""
    user = module()
    found = set()
    for _ in range(20):
        user.table = jnp.zeros(2)  # JAX's arrays are known by which they are
        found.add(reached(user.nested))
        user.table = None
        gc.collect()
    assert len(found) == 20


def test_what_refers_to_itself_and_names_that_are_not_bound_come_to_an_end():
    def loop(x):
        return loop(x) + later(x)

    first = reached(loop)
    later = jnp.sin
    assert reached(loop) != first
    many = {"x": [[i] for i in range(20_000)]}
    assert reached(lambda: many)


def test_models_whose_helpers_change_are_not_served_what_was_compiled_for_the_old_ones():
    scope = {"aann": aann, "jnp": jnp}
    exec(
        "def block(x):\n    return x * 2.0\n"
        "def apply(p, x):\n    return aann.site('h', block(x)) * p\n",
        scope,
    )
    model = aann.Model(
        scope["apply"], jnp.float32(1.0), "m", jax.ShapeDtypeStruct((3,), jnp.float32)
    )
    x = jnp.ones((2, 3))
    assert aann.capture(model, ["h"])(x)[1]["h"].max() == 2.0
    exec("def block(x):\n    return x * 5.0\n", scope)
    assert aann.capture(model, ["h"])(x)[1]["h"].max() == 5.0


def test_attributes_of_the_users_own_modules_count():
    outer, inner = types.ModuleType("outer"), types.ModuleType("inner")
    outer.inner, outer.scale, inner.shift = inner, 1.0, [0.5]
    scope = {"outer": outer, "jnp": jnp}
    exec("def apply(x):\n    return jnp.abs(x) * outer.scale + outer.inner.shift[0]", scope)
    before = reached(scope["apply"])
    assert reached(scope["apply"]) == before
    outer.other = 3.0  # it is not read
    assert reached(scope["apply"]) == before
    inner.shift.append(1.0)
    changed = reached(scope["apply"])
    assert changed != before
    outer.scale = 2.0
    assert reached(scope["apply"]) not in (before, changed)
    outer.inner = outer  # modules that hold each other come to an end
    assert reached(scope["apply"]) != changed
