"""A small network as a row of a report."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toy_replacement import data, replacement
from toys import mlp_model

import aann
from aann.evaluation.network_settings import Networks

NETWORK = Networks(weights=(40, 250), steps=150, depth=1)


def evaluated(machine=None, **more):
    _, heldout = aann.split(data(160))
    ours = replacement(gain=0.9, offset=0.0)
    return aann.evaluate(
        mlp_model(), ours, heldout, rows=("mean", "linear"), draws=200, progress=False,
        machine=machine, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def report():
    return evaluated(network=NETWORK)


def test_networks_stand_between_linear_and_the_program(report):
    names = [row.name for row in report.rows]
    small = [row for row in report.rows if row.name.startswith("small network")]
    assert names == ["zero", "mean", "linear", small[0].name, small[1].name, "ours"]
    assert [row.kind for row in small] == ["fit", "fit"]
    for row in small:
        assert int(re.sub(r"\D", "", row.name)) == row.constants
        assert row.bits == 32 * row.constants
        assert row.flops > row.constants / 4
        assert row.recovered["kl"].identified


def test_more_weights_recover_more(report):
    small = [row for row in report.rows if row.name.startswith("small network")]
    one, two = (row.recovered["kl"].estimate for row in small)
    assert two > one
    assert np.mean(small[1].r2) > 0.7


def test_it_is_in_the_page_and_in_the_file(report, tmp_path):
    report.save(tmp_path, figures=False)
    for name in ("report.json", "report.html"):
        assert "small network of" in (tmp_path / name).read_text(encoding="utf-8")


def test_there_is_none_by_default():
    assert all("network" not in row.name for row in evaluated().rows)


def test_a_killed_run_goes_on(tmp_path, monkeypatch, report):
    machine = aann.Machine(cache=tmp_path, resume=True)
    first = evaluated(machine, network=NETWORK)
    monkeypatch.setattr("aann.evaluation.network_fit.train", None)  # nothing is trained again
    second = evaluated(machine, network=NETWORK)
    for one, two, three in zip(first.rows, second.rows, report.rows, strict=True):
        assert one.loss == two.loss
        assert one.name == three.name


def test_one_size_has_a_plain_name_that_is_taken():
    report = evaluated(network=Networks(widths=2, steps=20, depth=1))
    assert "small network" in [row.name for row in report.rows]
    _, heldout = aann.split(data(160))
    ours = replacement(gain=0.9, offset=0.0).with_constants(name="small network")
    with pytest.raises(ValueError, match="occur twice: small network"):
        aann.evaluate(mlp_model(), ours, heldout, progress=False)


@pytest.mark.parametrize("wrong", [0, "big", (10, -1)])
def test_wrong_sizes_are_refused_before_work_starts(wrong, unchecked):
    with pytest.raises(ValueError, match="weights of small networks are whole numbers"):
        evaluated(network=wrong)


def test_several_places_have_a_network_each():
    def upper(x, c):
        return jnp.zeros((len(x), 2)) + c.value

    def lower(h, c):
        return jax.nn.relu(h[:, :2] * c.value)

    two = [
        aann.make(upper, model="toy", site="h", units=(0, 1), constants={"value": 0.1}, name="a"),
        aann.make(lower, model="toy", site="m", units=(0, 1), reads=("h",),
                  constants={"value": 0.1}, name="b"),
    ]  # fmt: skip
    _, heldout = aann.split(data(160))
    report = aann.evaluate(
        mlp_model(), two, heldout, rows=("mean",), draws=200, progress=False,
        network=Networks(widths=6, steps=100, depth=1),
    )  # fmt: skip
    (row,) = (row for row in report.rows if row.name == "small network")
    assert len(row.r2) == 4
    assert row.recovered["kl"].estimate > 0
