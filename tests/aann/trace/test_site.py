import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.ad_checkpoint import checkpoint_name

import aann


def marked(x):
    return jnp.sin(aann.site("a", x * 2)) ** 2


def plain(x):
    return jnp.sin(x * 2) ** 2


X = jnp.linspace(-1, 1, 5)

TRANSFORMED = {
    "plain": lambda f: f(X),
    "jit": lambda f: jax.jit(f)(X),
    "vmap": lambda f: jax.vmap(f)(X[:, None] * jnp.ones((1, 3))),
    "grad": lambda f: jax.grad(lambda x: f(x).sum())(X),
    "hessian": lambda f: jax.hessian(lambda x: f(x).sum())(X),
    "jvp": lambda f: jax.jvp(f, (X,), (X,)),
    "remat": lambda f: jax.grad(lambda x: jax.checkpoint(f)(x).sum())(X),
    "scan": lambda f: jax.lax.scan(lambda c, x: (f(c + x), c), X, jnp.ones((4, 5))),
    "grad of scan": lambda f: jax.grad(
        lambda y: jax.lax.scan(lambda c, x: (f(c + x), c), y, jnp.ones((4, 5)))[0].sum()
    )(X),
    "while": lambda f: jax.lax.while_loop(lambda x: x.sum() < 2, lambda x: f(x) + 1, X),
    "cond": lambda f: jax.lax.cond(X.sum() > 0, f, lambda x: x, X),
}


@pytest.mark.parametrize("how", TRANSFORMED)
def test_a_mark_changes_no_bit_under(how):
    jax.tree.map(np.testing.assert_array_equal, TRANSFORMED[how](marked), TRANSFORMED[how](plain))


def test_a_mark_can_be_transposed():
    (back,) = jax.linear_transpose(lambda x: aann.site("a", x) * 3, X)(X)
    np.testing.assert_array_equal(back, X * 3)


def operations(f):
    text = jax.jit(f).lower(X).compile().as_text()
    return re.findall(r"= (\S+ [\w-]+)\(", text)


def test_a_mark_compiles_to_nothing():
    assert operations(marked) == operations(plain)
    assert operations(plain) != operations(lambda x: plain(x) + 1)


def test_marks_survive_the_jit_cache():
    jitted = jax.jit(marked)
    jitted(X)
    model = aann.Model(lambda p, x: jitted(x), None, inputs=jax.ShapeDtypeStruct((), X.dtype))
    assert list(aann.sites(model, X)) == ["input", "a"]


def test_checkpoint_names_are_sites():
    model = aann.Model(lambda p, x: checkpoint_name(x * 2, "doubled") + 1, None)
    outputs, values = aann.capture(model, ["doubled"])(X)
    np.testing.assert_array_equal(values["doubled"], X * 2)
    np.testing.assert_array_equal(outputs, X * 2 + 1)


@pytest.mark.parametrize("name", ["", "input", "block#0"])
def test_reserved_names_are_refused(name):
    with pytest.raises(ValueError, match="cannot name a site"):
        aann.site(name, X)


def test_only_one_array_can_be_marked(unchecked):
    with pytest.raises(TypeError, match="marks one array, got tuple"):
        aann.site("pair", (X, X))
    with pytest.raises(TypeError, match="a site's name is a string, got 3"):
        aann.site(3, X)
