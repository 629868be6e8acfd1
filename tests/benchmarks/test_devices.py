import json

import pytest

from benchmarks import devices


@pytest.fixture
def ran(monkeypatch):
    """The words of each process that is started; none is, and one device took 2 s, two took 1 s."""
    commands = []

    def run(command, **more):
        commands.append(command[3:])
        found = {
            "no mesh": {"seconds": 2.0, "kl": [0.5, 1.0]},
            "2 devices": {"seconds": 1.0, "kl": [0.5, 1.25]},
        }
        with open(command[-1], "w") as file:
            json.dump({"backend": "gpu", "found": found}, file)

    monkeypatch.setattr(devices.subprocess, "run", run)
    return commands


def test_speeds_and_moved_losses_are_of_one_device_without_a_mesh(ran, capsys):
    devices.main(["--images", "24"])
    ((*words, out, _),) = ran
    assert words == ["--images", "24"]
    assert out == "--out"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("gpu, ")
    assert lines[2].startswith("2 devices      1.00 s, 2.00 times as fast; KL of an example moves")
    assert lines[2].endswith("by at most 2.5e-01 (largest KL 1.00)")
