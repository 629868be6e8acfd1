"""Serves ``natural`` too."""

import functools
import lzma
import math
import types
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toys import WIDTH, mlp_model

import aann
from aann.counting.complexity import description, flops, measure, precision
from aann.counting.natural import natural

IMAGE = jax.ShapeDtypeStruct((1, 8, 8, 3), jnp.float32)
TABLE = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
GAIN, OFFSET = 1.5, 0.3
helpers = types.ModuleType("helpers")
helpers.table = TABLE
helpers.scale = lambda x: x * 7.25


def made(program, **constants):
    return aann.make(program, model="toy", site="h", units=(0,), constants=constants)


def count(program, **constants):
    return measure(made(program, **constants), [IMAGE]).constants


def helper(x):
    return x * 0.25 + OFFSET


def declared(image, c):
    """Docstring with the number 12345."""
    return image[..., :1] * c.gain + c.offsets[0]  # 678


def literals(image, c):
    return image[..., 0:1] * 0.5 + -3.0 - image.sum(axis=-1, keepdims=True) ** 2


def with_helper(image, c):
    return helper(helper(image[..., :1])) + GAIN


def closed_over(image, c):
    return image[..., :1] + TABLE.sum() + jnp.asarray(TABLE)[0, 0]


def from_module(image, c):
    return helpers.scale(image[..., :1]) + jnp.asarray(helpers.table)[0, 0]


def computed(image, c):
    return image[..., :1] + jnp.linspace(0, c.width, 1000).sum() + jnp.eye(50).sum()


def numpy_computed(image, c):
    return image[..., :1] + jnp.asarray(np.linspace(0, 3, 1000, dtype=np.float32)).sum()


def written_out(image, c):
    return image[..., :1] + jnp.array([0.1, 0.2, 0.3], jnp.float32).sum()


def hidden_in_integers(image, c):
    return image[..., :1] + jnp.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 0], jnp.float32).sum()


def hidden_in_text(image, c):
    data = "0123456789012345678901234567890123456789012345678901234567890123"
    return image[..., :1] + len(data)


@pytest.mark.parametrize(
    ("program", "constants", "expected"),
    [
        (declared, {"gain": 2.0, "offsets": np.ones(4)}, 5),
        (literals, {}, 2),
        (with_helper, {}, 3),  # 0.25, OFFSET, GAIN
        (closed_over, {}, 35),
        (from_module, {}, 36),
        (computed, {"width": 3.0}, 3),  # 1000 and 50 are written, their arrays are computed
        (numpy_computed, {}, 1002),
        (written_out, {}, 3),
        (hidden_in_integers, {}, 10),
        (hidden_in_text, {}, 16),
    ],
)
def test_constants(program, constants, expected):
    assert count(program, **constants) == expected


def test_closures_partials_jit_and_other_replacements_are_followed():
    weights = np.arange(12, dtype=np.float32)

    def closure(image, c):
        return image[..., :1] + jnp.asarray(weights).sum()

    def scaled(factor, image, c):
        return image[..., :1] * factor

    inner = made(declared, gain=2.0, offsets=np.ones(4))

    def nested(image, c):
        return inner.compute(image)

    assert count(closure) == 12
    assert count(functools.partial(scaled, np.float32(0.7))) == 1
    assert count(jax.jit(literals)) == 2
    assert count(nested) == 5
    assert count(lambda image, c: image[..., :1] * 0.7 + 5) == 2
    assert count(lambda image, c, table=TABLE: image[..., :1] + jnp.asarray(table).sum()) == 35


def test_programs_without_source_are_counted_from_their_code():
    scope = {}
    exec("def program(image, c):\n    return image[..., :1] * 0.7 + 5.0", scope)
    found = measure(made(scope["program"]), [IMAGE])
    assert found.constants == 2
    assert found.bits > 0


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="a program is a Python function, got"):
        measure(made(jnp.sin), [IMAGE])


def test_bits_ignore_what_says_nothing():
    def plain(image, c):
        return image[..., :1] * 0.5

    def dressed(image: jax.Array, c: object) -> jax.Array:
        """Says a lot."""
        # and comments on it
        return image[..., :1] * 0.5

    dressed.__name__ = dressed.__name__
    one, other = (measure(made(f), [IMAGE]).bits for f in (plain, dressed))
    assert abs(one - other) <= 8 * 4  # the names differ by two letters
    more = measure(made(declared, gain=2.0, offsets=np.ones(4)), [IMAGE]).bits
    less = measure(made(declared, gain=2.0, offsets=np.ones(2)), [IMAGE]).bits
    assert more - less == pytest.approx(2 * precision(1.0))


def test_description_is_the_better_of_two_compressions():
    text = b"return jnp.sin(image) * 2\n" * 40
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    size = len(deflate.compress(text) + deflate.flush())
    assert description([text]) <= 8 * size
    assert description([text]) < 8 * len(lzma.compress(text))
    assert description([text]) < 0.2 * 8 * len(text)


@pytest.mark.parametrize(
    ("value", "digits", "exponent_bits"),
    [(0.0, 0, 1), (5.0, 1, 1), (-0.25, 2, 5), (200.0, 1, 5), (0.1, 1, 3), (3.14, 3, 5)],
)
def test_precision_counts_sign_digits_and_exponent(value, digits, exponent_bits):
    assert precision(value) == pytest.approx(1 + digits * math.log2(10) + exponent_bits)


def test_precision_adds_up_and_ends_at_float32():
    assert precision([5.0, 0.1]) == pytest.approx(precision(5.0) + precision(0.1))
    assert precision(np.float32(np.pi)) == 32
    assert precision(0.7) == precision(np.float32(0.7)) < 10


def test_flops_of_a_product_and_of_a_convolution():
    a, b = jax.ShapeDtypeStruct((3, 40), jnp.float32), jax.ShapeDtypeStruct((40, 5), jnp.float32)
    assert flops(jnp.matmul, a, b) == 2 * 3 * 40 * 5
    kernel = jax.ShapeDtypeStruct((1, 1, 3, 4), jnp.float32)

    def conv(x, k):
        return jax.lax.conv_general_dilated(
            x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    assert flops(conv, IMAGE, kernel) == 2 * 8 * 8 * 3 * 4


def at(site, units, reads=("input",), axis=-1):
    return aann.make(lambda *_: None, model="", site=site, units=units, reads=reads, axis=axis)


def test_a_basis_counts_as_knowledge():
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(WIDTH, 2)))[0].astype(np.float32)

    def program(h, c):
        """Nothing."""
        return jnp.zeros((len(h), 1))

    plain = aann.make(program, model="toy", site="m", units=(1,), reads=("h",))
    subspace = aann.make(program, model="toy", site="m", units=(1,), reads=("h",), basis=basis)
    reads = [jax.ShapeDtypeStruct((4, WIDTH), jnp.float32)]
    assert measure(subspace, reads).constants == measure(plain, reads).constants + WIDTH


def test_natural_counts_closed_over_weights_and_takes_integer_parameters():
    w = jax.random.normal(jax.random.key(1), (WIDTH, WIDTH))

    def apply(p, x):
        return aann.site("h", jnp.tanh(x @ w))[:, p["order"]]

    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    model = aann.Model(apply, {"order": jnp.arange(WIDTH)[::-1]}, "closed", spec)
    assert natural(model, at("h", [0])).constants == WIDTH


def test_natural_counts_nothing_behind_a_loop_that_cannot_be_differentiated():
    def apply(p, x):
        x = jax.lax.while_loop(lambda v: (jnp.abs(v) > 1).any(), lambda v: v * p["s"], x)
        return aann.site("h", x)

    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    cost = natural(aann.Model(apply, {"s": jnp.array(0.5)}, "loop", spec), at("h", [0]))
    assert (cost.constants, cost.bits) == (None, None)


def test_natural_counts_nothing_behind_a_callback_and_integer_weights_in_full():
    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)

    def callback(p, x):
        h = x @ p["w"]
        shape = jax.ShapeDtypeStruct(h.shape, h.dtype)
        return aann.site("h", jax.pure_callback(np.tanh, shape, h))

    model = aann.Model(callback, {"w": jnp.eye(WIDTH)}, "callback", spec)
    assert natural(model, at("h", [0])).constants is None

    def quantised(p, x):
        return aann.site("h", x @ p["w"].astype(jnp.float32))

    weights = jnp.ones((WIDTH, WIDTH), jnp.int8)
    model = aann.Model(quantised, {"w": weights}, "int8", spec)
    assert natural(model, at("h", [0])).constants == WIDTH * WIDTH


def test_natural_units_cost_the_parameters_that_they_depend_on():
    model = mlp_model()
    every = natural(model, at("h", range(WIDTH)))
    one = natural(model, at("h", [2]))
    assert every.constants == WIDTH * WIDTH
    assert one.constants == WIDTH
    assert one.bits == 32 * WIDTH
    assert every.flops >= 2 * WIDTH * WIDTH
    below = natural(model, at("m", [1]))  # h depends on all of w, unit 1 of m on one row of v
    assert below.constants == WIDTH * WIDTH + WIDTH
    given = natural(model, at("m", [1], reads=("h",)))
    assert given.constants == WIDTH
    assert given.flops < below.flops


def test_natural_takes_other_axes_inputs_and_dtypes():
    def apply(p, tokens):
        x = jnp.take(p["embed"], tokens, axis=0)
        return aann.site("t", jnp.swapaxes(x, 1, 2)).sum(axis=1)

    embed = jax.random.normal(jax.random.key(0), (5, 3))
    spec = jax.ShapeDtypeStruct((4,), jnp.int32)
    model = aann.Model(apply, {"embed": embed}, "tokens", spec)
    assert natural(model, at("t", [1], axis=1)).constants == 2  # tokens 0 and 1 are tried
    tokens = jnp.array([[0, 1, 2, 4]], jnp.int32)
    assert natural(model, at("t", [1, 2], axis=1), inputs=tokens).constants == 8


def test_unknown_sites_are_named():
    with pytest.raises(ValueError, match="no site 'hh'"):
        natural(mlp_model(), at("hh", [0]))
