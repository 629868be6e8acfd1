"""1, 2 and 4 devices agree, and two processes agree; each runs in processes of their own.

Serves ``processes`` too.
"""

import json

import jax
import machine_case as case
import machine_runs as runs
import numpy as np
import pytest
from jax.sharding import AxisType

import aann
from aann.evaluation.agreement import agree

ROUNDING = 1e-6
"""Relative to the largest loss; and of the linear prediction, whose fit enlarges it:"""
LINEAR = 5e-5
CONSTANT = 5e-4


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """All scripts, started together."""
    folder, port = tmp_path_factory.mktemp("processes"), runs.free_port()
    pair = [(2, "machine_processes.py", port, i, folder / "out") for i in range(2)]
    with runs.started(folder, [(4, "machine_devices.py"), *pair]) as started:
        yield started


@pytest.fixture(scope="module")
def devices(running):
    return runs.result(running[0])


@pytest.fixture(scope="module")
def pair(running):
    return [runs.result(run) for run in running[1:]]


def test_devices_agree(devices):
    assert devices["devices"]["1"] == {"linear": 0, "best constant": 0, "others": 0}
    for found in (devices["devices"]["2"], devices["devices"]["4"]):
        assert found["others"] <= ROUNDING
        assert found["best constant"] <= CONSTANT
        assert found["linear"] <= ROUNDING, "fitted on the same rows, added up on one device"
    assert devices["sweeps"] <= 10 * ROUNDING  # losses of up to 10


def test_batches_that_devices_round_up_agree(devices):
    for found in (devices["default"], devices["odd"]):
        assert found["others"] <= ROUNDING
        assert found["linear"] <= LINEAR
        assert found["best constant"] <= CONSTANT


def test_bad_devices_are_refused_with_all_problems(devices):
    assert "a mesh has one axis, that of examples, got {'a': 2, 'b': 2}; axes" in devices["mesh"]
    assert "pass axis_types=(AxisType.Auto,) to jax.make_mesh" in devices["mesh"]
    assert devices["many"].startswith("5 devices were asked for, this process has 4: cpu:0, cpu:1")
    assert devices["small"] == "batch_size is at least 4 on 4 devices, got 3"
    assert devices["arguments"] == [3, True]


def without_command(text):
    return {k: v for k, v in json.loads(text).items() if k not in ("command", "versions")}


def test_processes_return_one_report(pair):
    first, second = pair
    for name in ("report", "few"):
        assert without_command(first[name]) == without_command(second[name])
    for name in ("exchanged", "kl", "nll", "settings", "units"):
        assert first[name] == second[name]
    assert first["exchanged"] == [3, 3 + 2**25], "values of different sizes, in many chunks"


def test_processes_agree_with_one(pair):
    expected = case.evaluate()
    for metric in ("kl", "nll"):
        alone = expected.arrays[f"losses/{metric}"]
        found = np.asarray(pair[0][metric])
        at = [row.name for row in expected.rows].index("best constant")
        np.testing.assert_allclose(found[at], alone[at], atol=CONSTANT)
        others = np.arange(len(alone)) != at
        np.testing.assert_allclose(found[others], alone[others], rtol=ROUNDING, atol=10 * ROUNDING)
    for name, losses in case.sweeps().items():
        np.testing.assert_allclose(pair[0][name], losses, rtol=ROUNDING, atol=10 * ROUNDING)
    ours = json.loads(pair[0]["report"])["constants"]
    assert ours["cells.gain"]["value"] == 1.3, "process 1 had another one"


def test_a_process_without_a_batch_agrees(pair):
    alone, few = case.evaluate(batch_size=46), json.loads(pair[0]["few"])
    for row, same in zip(alone.rows, few["rows"], strict=True):
        tolerance = {"linear": LINEAR, "best constant": CONSTANT}.get(row.name, ROUNDING)
        for metric, loss in row.loss.items():
            assert same["loss"][metric] == pytest.approx(loss, rel=tolerance, abs=tolerance)


def test_each_process_reads_its_share(pair):
    """Batches of 12: process 1 has the second and fourth of each half, and reads nothing else.

    But for the best constant: it takes the design examples in another order.
    """
    shares = []
    for half in aann.split(case.data([])):
        order = [int(name) for name in half.names]
        shares.append([i for k, i in enumerate(order) if k // 12 % 2])
    # The design half is read twice: for the tokens, and for the fits.
    loads, twice = pair[1]["loads"], shares[0] * 2
    searched = loads[len(twice) : -len(shares[1])]
    assert loads == twice + searched + shares[1]
    assert len(searched) == len(set(searched)) == len(shares[0])
    assert not set(searched) & set(shares[1])
    assert set(pair[0]["loads"]) | set(pair[1]["loads"]) == set(range(case.N))
    assert not set(pair[0]["loads"]) & set(shares[1])


def test_an_error_of_one_process_ends_all(pair):
    first, second = pair
    own = "ValueError: bad gives nan at site 'h'"
    assert second["nan"].startswith(own)
    assert first["nan"].startswith(f"ProcessError: process 1 of 2 stopped: {own}")
    assert second["disk"] == "OSError: the disk of process 1 is full"
    assert first["disk"] == f"ProcessError: process 1 of 2 stopped: {second['disk']}"


def test_processes_that_evaluate_something_else_are_refused(pair):
    for found in pair:
        assert found["differ"].startswith("ValueError: processes share the examples of one")
        assert "settings: (Setting(draws=200, seed=0" in found["differ"]
        assert found["differ"].endswith("in process 1")
        assert (
            "... ".join(found["uneven"]).count("batch size: 11 in process 0, 12 in process 1") >= 2
        )
        assert all("differ. batch size: " in message for message in found["uneven"])
        assert all("bfloat16: False in process 0, True" in message for message in found["precise"])
        assert "programs: " in found["apart"]


def test_process_0_writes(pair):
    assert "report.json" in pair[0]["written"]
    assert pair[1]["written"] == []


def test_one_device_needs_no_mesh_and_sharing_needs_processes():
    mesh = jax.make_mesh((1,), ("examples",), (AxisType.Auto,))
    assert aann.Machine(mesh=mesh) == aann.Machine.of_devices(1)
    assert aann.Machine().devices == aann.Machine.of_devices(1).devices == 1
    with pytest.raises(ValueError, match=r"call jax.distributed.initialize\(...\) first of all"):
        aann.Machine(distributed=True)
    with pytest.raises(ValueError, match="0 devices were asked for, this process has"):
        aann.Machine.of_devices(0)


def test_alone_there_is_nothing_to_agree_on():
    programs = [case.programs(), case.programs(2.0)]
    assert agree(aann.Machine(), programs, {"seed": 0}) == programs
