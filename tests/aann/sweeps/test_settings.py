"""One program at many settings, against splicing each of them."""

import jax.numpy as jnp
import numpy as np
import pytest
from toys import batch, mlp_model

import aann
from aann.counting import complexity
from aann.evaluation import metrics
from aann.sweeps.settings import settings_sweep

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


def constants(made):
    return [{n: np.asarray(c.value).tolist() for n, c in r.constants.items()} for r in made]


def two():
    return aann.make(
        scaled, model="toy", site="h", units=(4, 1), name="ours",
        constants={"gain": 1.25, "count": 3, "table": [0.123456, -98.76]},
    )  # fmt: skip


def test_a_grid_has_every_combination():
    made = aann.settings(two(), gain=[0.5, 1], count=[1, 2], digits=[2])
    assert [r.name for r in made] == [
        f"ours, gain {g}, count {c}, 2 digits" for g in (0.5, 1) for c in (1, 2)
    ]
    assert [(c["gain"], c["count"]) for c in constants(made)] == [
        (0.5, 1), (0.5, 2), (1.0, 1), (1.0, 2),
    ]  # fmt: skip


def test_points_are_settings_one_by_one():
    made = aann.settings(two(), [{"gain": 2.0, "count": 7}, {"gain": 3.0}], table=[[1.0, 2.0]])
    assert [r.name for r in made] == ["ours, gain 2, count 7, table #0", "ours, gain 3, table #0"]
    assert constants(made)[1] == {"gain": 3.0, "count": 3, "table": [1.0, 2.0]}
    assert [r.name for r in aann.settings(two())] == ["ours"]


def test_digits_round_what_is_no_integer():
    one, three = constants(aann.settings(two(), digits=(1, 3)))
    assert one == {"gain": 1.0, "count": 3, "table": [0.1, -100.0]}
    assert three == {"gain": 1.25, "count": 3, "table": [0.123, -98.8]}
    bits = [
        complexity.precision(np.concatenate([np.ravel(v) for v in c.values()]))
        for c in (one, three, *constants([two()]))
    ]
    assert bits == sorted(bits)
    assert len(set(bits)) == 3


def test_names_tell_close_values_apart():
    made = aann.settings(two(), gain=np.asarray([0.1234567, 0.1234568]))
    assert len({r.name for r in made}) == 2


def test_all_that_is_wrong_with_settings_is_listed(unchecked):
    with pytest.raises(ValueError, match="settings of 'ours':") as error:
        aann.settings(two(), gain=1.0, count=[], table={"a": 1}, digits=[1.5, 0])
    for line in (
        "values of 'gain' are a list with at least one entry, got 1.0",
        "values of 'count' are a list",
        "values of 'table' are a list",
        "digits are a list of whole numbers of at least 1, got [1.5, 0]",
    ):
        assert line in str(error.value)
    with pytest.raises(ValueError, match="no constant 'gian'; declared are gain, count, table"):
        aann.settings(two(), gian=[1.0])
    with pytest.raises(ValueError, match=r"'table' has shape \(2,\), got \(3,\)"):
        aann.settings(two(), table=[[1.0, 2.0], [1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="settings occur twice: ours, gain 1"):
        aann.settings(two(), gain=[1.0, 2.0, 1.0])


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
