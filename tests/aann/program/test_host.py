"""Programs in NumPy and plain Python, against the same programs in JAX.

Serves ``outside`` too.
"""

import math
import traceback

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from toy_replacement import UNITS, data, replacement
from toys import WIDTH, batch, mlp_model

import aann
from aann.counting.complexity import measure
from aann.counting.natural import natural
from aann.splicing.levels import levels

V = [[round(float(x), 2) for x in row] for row in np.asarray(mlp_model().params["v"])[list(UNITS)]]


def looped(h, c):
    """The units are what the weights say, one number at a time."""
    result = []
    for row in h:
        drives = [sum(float(x) * w for x, w in zip(row, weights, strict=True)) for weights in V]
        result.append([c.gain * drive if drive > 0 else 0 for drive in drives])
    return result


def traced(h, c):
    """The same for JAX."""
    return c.gain * jax.nn.relu(h @ jnp.asarray(V).T)


def squashed(x, c):
    """SciPy instead of JAX."""
    return scipy.special.expit(x[:, :2].astype(np.float64)) - c.middle


def jax_squashed(x, c):
    return jax.nn.sigmoid(x[:, :2]) - c.middle


def both(host):
    """Two replacements, the lower one reading the site that the upper one writes."""
    upper = aann.make(
        squashed if host else jax_squashed, model="toy", site="h", units=(0, 3),
        constants={"middle": 0.5}, name=f"upper {host}", host=host,
    )  # fmt: skip
    lower = aann.make(
        looped if host else traced, model="toy", site="m", units=UNITS, reads=("h",),
        constants={"gain": 1.3}, name=f"lower {host}", host=host,
    )  # fmt: skip
    return [upper, lower]


def made(program, host=True, **more):
    options = {"model": "toy", "site": "m", "units": (0, 1), "reads": ("h",), "host": host}
    return aann.make(program, **options | more)


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_splice_capture_and_cut_agree_with_the_same_program_in_jax():
    model = mlp_model()
    ours, theirs = (aann.splice(model, both(host)) for host in (True, False))
    expected, sites = aann.capture(theirs, ["m", "h"])(batch())
    close(ours(batch()), expected)
    close(jax.jit(ours)(batch()), expected)
    close(jax.vmap(ours)(batch()[None].repeat(2, 0))[1], expected)
    found = jax.jit(aann.capture(ours, ["m", "h"]))(batch())[1]
    close(found["m"], sites["m"])
    pieces = aann.cut(ours, "m", batch())
    values, crossing = pieces.prefix(pieces.prepare(ours.params), batch())
    close(values["m"], sites["m"])
    close(pieces.suffix(pieces.prepare(ours.params), values, crossing), expected)


@pytest.fixture(scope="module")
def report():
    design, heldout = aann.split(data(60))
    return aann.evaluate(
        mlp_model(), both(True), heldout, design=design, programs=[both(False)], draws=100,
        batch_size=16,
    )  # fmt: skip


def test_a_report_says_the_same_of_both(report):
    ours, theirs = report.row("upper True + lower True"), report.row("upper False + lower False")
    for metric, found in ours.recovered.items():
        for field in ("estimate", "low", "high"):
            assert getattr(found, field) == pytest.approx(
                getattr(theirs.recovered[metric], field), abs=1e-4
            )
    assert ours.r2 == pytest.approx(theirs.r2, abs=1e-4)
    assert ours.correlation == pytest.approx(theirs.correlation, abs=1e-4)
    assert (ours.flops, ours.constants) == (None, theirs.constants)
    assert theirs.flops > 0
    assert report.row("upper True + lower True, recalibrated").flops is None


def test_settings_sweeps_run_host_programs():
    dose = [made(lambda h, c: h[:, :2] * c.gain, host, name=f"{host} {g}", constants={"gain": g})
            for host in (True, False) for g in (0.5, 2.0)]  # fmt: skip
    found = aann.settings_sweep(mlp_model(), dose, data(10), batch_size=4).losses["nll"]
    close(found[:2], found[2:])


def test_it_gets_numpy_and_python():
    seen = []

    def looks(h, c):
        seen.append((type(h), h.dtype, h.flags.writeable, c.gain, c.n, c.on, c.table))
        return h[:, :2]

    table = aann.Constant([0.1, 0.2])
    program = made(looks, constants={"gain": 0.1, "n": 3, "on": True, "table": table})
    spliced = aann.splice(mlp_model(), program)
    jax.block_until_ready((spliced(batch()), jax.jit(spliced)(batch())))
    assert len(seen) == 2
    for kind, dtype, writeable, gain, n, on, table in seen:
        assert (kind, dtype, writeable) == (np.ndarray, np.float32, False)
        assert (gain, n, on) == (float(np.float32(0.1)), 3, True)
        assert [type(x) for x in (gain, n, on)] == [float, int, bool]
        assert (table.dtype, table.tolist()) == (np.float32, np.float32([0.1, 0.2]).tolist())


def test_dtypes_that_numpy_lacks_come_as_float32_and_go_back():
    def apply(p, x):
        return aann.site("m", aann.site("h", x.astype(jnp.bfloat16)) * p)

    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    model = aann.Model(apply, jnp.bfloat16(2), "toy", spec)

    def doubled(h, c):
        assert h.dtype == np.float32
        return 2 * h[:, :2]

    found = jax.jit(aann.splice(model, made(doubled)))(batch())
    assert found.dtype == jnp.bfloat16
    np.testing.assert_array_equal(found, model(batch()))


@pytest.mark.parametrize("value", [1, True, 1.0, np.float64(1), np.int8(1)])
def test_results_are_cast_to_the_dtype_of_the_site(value):
    program = made(lambda h, c: np.full((len(h), 2), value))
    found = aann.splice(mlp_model(), program)
    expected = aann.splice(mlp_model(), made(lambda h, c: jnp.ones((len(h), 2)), host=False))
    np.testing.assert_array_equal(found(batch()), expected(batch()))


def fails(h, c):
    return math.sqrt(-1)


def writes(h, c):
    h *= 2
    return h[:, :2]


@pytest.mark.parametrize(
    ("program", "error", "match"),
    [
        (lambda h, c: h[:, :3], ValueError, r"program 'p' at site 'm' must return shape \(4, 2\)"),
        (lambda h, c: None, TypeError, "returns one array of real numbers, got NoneType"),
        (lambda h, c: [[1.0], [1.0, 2]], TypeError, "returns one array of real numbers, got list"),
        (lambda h, c: h[:, :2] * 1j, TypeError, "real numbers, got complex64"),
        (lambda h, c: np.ma.masked_less(h[:, :2], 9), TypeError, r"masked array.*\.filled\(\)"),
        (fails, RuntimeError, r"program 'p' at site 'm' raised ValueError: .*test_host.py, line"),
        (writes, RuntimeError, "raised ValueError: output array is read-only"),
        (lambda h, c: h[:, :2] * c.gian, RuntimeError, "raised AttributeError: no constant 'gian'"),
        (lambda h, c: jnp.tanh(h[:, :2]), TypeError, "uses JAX, which hangs inside a host program"),
        (lambda h, c: np.asarray(jnp.tanh(h))[:, :2], TypeError, "uses JAX, which hangs"),
    ],
)
def test_wrong_programs_are_refused(program, error, match, caplog):
    spliced = aann.splice(mlp_model(), made(program, name="p"))
    with pytest.raises(error, match=match):
        spliced(batch())
    with pytest.raises(RuntimeError, match=match):  # JAX's own, with the message in it
        jax.block_until_ready(jax.jit(spliced)(batch()))
    assert "pure_callback failed" in caplog.text


def test_an_error_of_the_program_is_the_cause():
    with pytest.raises(RuntimeError, match="raised ValueError: math domain error") as caught:
        aann.splice(mlp_model(), made(fails))(batch())
    cause = caught.value.__cause__
    assert isinstance(cause, ValueError)
    codes = [frame.f_code for frame, _ in traceback.walk_tb(cause.__traceback__)]
    assert fails.__code__ in codes


def test_whole_sites_take_whole_numbers():
    def apply(p, x):
        return p[aann.site("index", jnp.argmax(x, axis=-1, keepdims=True).astype(jnp.int32))]

    spec = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    model = aann.Model(apply, jnp.arange(10.0), "toy", spec)
    options = {"site": "index", "units": (0,), "reads": ("input",), "name": "p"}
    whole = made(lambda x, c: x.argmax(-1)[:, None], **options)
    np.testing.assert_array_equal(aann.splice(model, whole)(batch()), model(batch()))
    with pytest.raises(TypeError, match=r"must return whole numbers like the site \(int32\)"):
        aann.splice(model, made(lambda x, c: x[:, :1], **options))(batch())


def test_gradients_are_refused_above_and_flow_below():
    spliced = aann.splice(mlp_model(), made(lambda h, c: h[:, :2], name="p"))
    with pytest.raises(ValueError, match="'p' at site 'm' runs on the host.*cannot differentiate"):
        jax.grad(lambda x: spliced(x).sum())(batch())
    with pytest.raises(TypeError, match="pass natural="):
        jax.jit(made(lambda h, c: h).compute)(batch())
    below = made(fails, units=(4,), site="logits", reads=("input",))
    assert natural(spliced, below).constants is None


def test_mixing_examples_and_values_that_are_not_finite_are_refused():
    design, heldout = aann.split(data(40))
    options = {"design": design, "linear": False, "draws": 100}
    with pytest.raises(ValueError, match="program 'mixer' mixes examples"):
        aann.evaluate(
            mlp_model(), replacement(), heldout,
            programs=made(lambda h, c: h[:, :3] - h.mean(0)[None, :3], units=UNITS, name="mixer"),
            **options,
        )  # fmt: skip
    calls = []

    def noisy(h, c):
        calls.append(None)
        return np.random.default_rng(len(calls)).normal(size=(len(h), 2))

    with pytest.raises(ValueError, match="'noisy' gives other values when it runs again"):
        aann.evaluate(
            mlp_model(), made(noisy, name="noisy"), heldout, **options
        )  # fmt: skip
    with pytest.raises(ValueError, match="huge gives inf at site 'm': unit 0"):
        aann.evaluate(
            mlp_model(), made(lambda h, c: np.full((len(h), 2), 1e300), name="huge"), heldout,
            **options,
        )  # fmt: skip


def test_reads_downstream_and_bad_places_are_refused():
    low = made(lambda h, c: h, site="h", reads=("m",), name="low")
    with pytest.raises(ValueError, match="'m'"):
        levels(mlp_model(), [low], batch())
    with pytest.raises(ValueError, match=r"has units 0 to 5, got \[9\]"):
        aann.splice(mlp_model(), made(lambda h, c: h, units=(9,)))(batch())


def test_its_source_is_counted():
    reads = [jax.ShapeDtypeStruct((4, WIDTH), jnp.float32)]
    ours = measure(made(looped, units=UNITS, constants={"gain": 1.3}), reads)
    theirs = measure(made(traced, False, units=UNITS, constants={"gain": 1.3}), reads)
    assert ours.constants == theirs.constants == 1 + 3 * WIDTH
    assert ours.flops is None
    assert ours.bits > 0
