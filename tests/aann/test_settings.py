"""One program at many settings, against splicing each of them."""

import jax.numpy as jnp
import numpy as np
import pytest
from toys import batch, mlp_model

import aann
from aann import metrics
from aann.settings import settings_sweep

N = 7
GAINS = (0.0, 0.5, -2.0)
calls = []


def scaled(x, c):
    """Two units are their inputs, scaled."""
    calls.append(x.shape)
    return c.gain * x[:, :2]


def programs(gains=GAINS):
    first = aann.make(
        scaled, model="toy", site="h", units=(4, 1), constants={"gain": 1.0}, name="gain 1"
    )
    return [first.with_constants(f"gain {g}", gain=g) for g in gains]


def data(labelled=True):
    labels = np.arange(N) % 6 if labelled else None
    return aann.from_arrays("toy", np.asarray(batch(N)), labels)


def test_every_loss_is_that_of_the_spliced_model():
    model = mlp_model()
    found = settings_sweep(model, programs(), data(), ("nll", "kl"), batch_size=3)
    assert found.rows == ("gain 0.0", "gain 0.5", "gain -2.0")
    labels = jnp.asarray(data().labels, jnp.int32)
    for i, program in enumerate(programs()):
        logits = aann.splice(model, program)(batch(N))
        expected = metrics.per_example(logits, model(batch(N)), labels)
        for metric, losses in found.losses.items():
            np.testing.assert_allclose(losses[i], expected[metric], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        found.intact["nll"], metrics.nll(model(batch(N)), labels), rtol=1e-5, atol=1e-6
    )


def test_programs_that_differ_only_in_constants_compile_once():
    counts = []
    for gains in (GAINS[:1], np.linspace(-1, 1, 20).tolist()):
        calls.clear()
        settings_sweep(mlp_model(), programs(gains), data(False), ("kl",), batch_size=3)
        counts.append(len(calls) - len(gains))  # each program's shape is checked without compiling
    assert counts == [1, 1]


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="nothing to measure"):
        settings_sweep(mlp_model(), [], data())
    with pytest.raises(ValueError, match="need labels"):
        settings_sweep(mlp_model(), programs(), data(False))
    other = aann.make(scaled, model="toy", site="m", units=(4, 1), constants={"gain": 1.0})
    with pytest.raises(ValueError, match="cannot stand beside 'gain 0.0'"):
        settings_sweep(mlp_model(), [*programs(), other], data())


class Gain:
    """A callable object with an equality, and so without a hash."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, Gain)

    def __call__(self, x, c):
        return c.gain * x[:, :2]


def test_one_program_and_one_without_a_hash():
    same = aann.make(Gain(), model="toy", site="h", units=(4, 1), constants={"gain": 0.5})
    found = settings_sweep(mlp_model(), same, data(), batch_size=N)
    assert found.rows == ("program",)
    expected = settings_sweep(mlp_model(), programs((0.5,)), data(), batch_size=N)
    np.testing.assert_array_equal(found.losses["nll"], expected.losses["nll"])
