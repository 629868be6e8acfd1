import dataclasses
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file
from toy_task import equal, toy_task

from zoo.train import loop
from zoo.train.loop import train


def untimed(records):
    return [{k: v for k, v in r.items() if k != "seconds"} for r in records]


def killed_after(task, looks):
    """The task, which raises at one of its looks as a kill would."""
    seen = []

    def done(record):
        seen.append(record)
        if len(seen) > looks:
            raise KeyboardInterrupt
        return False

    return dataclasses.replace(task, done=done)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder, parameters and records of a whole run with snapshots."""
    out = tmp_path_factory.mktemp("finished")
    return out, *train(toy_task(), out, snapshot_every=2, progress=False)


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of the folder of the whole run."""
    return shutil.copytree(finished[0], tmp_path / "copy")


def test_the_loss_falls_and_every_look_is_recorded(finished):
    _, params, records = finished
    assert [r["step"] for r in records] == list(range(0, 41, 5))
    assert records[-1]["test_loss"] < 0.7 * records[0]["test_loss"]
    assert records[-1]["loss"] < records[1]["loss"]
    assert "loss" not in records[0]
    seconds = [r["seconds"] for r in records]
    assert seconds == sorted(seconds)
    assert params["embed"]["W_E"].shape == (5, 4)


@pytest.mark.parametrize(("looks", "kept"), [(1, 0), (5, 4)])
def test_a_killed_run_goes_on_to_the_same_end(finished, tmp_path, monkeypatch, looks, kept):
    with pytest.raises(KeyboardInterrupt):
        train(killed_after(toy_task(), looks), tmp_path, 2, progress=False)
    steps = []
    monkeypatch.setattr(
        loop, "_snapshot", lambda task, out, params, step, every: steps.append(step)
    )
    params, records = train(toy_task(), tmp_path, 2, progress=False)
    assert [step for step in steps if step] == list(range(5 * kept + 5, 41, 5))
    assert equal(params, finished[1])
    assert untimed(records) == untimed(finished[2])


def test_a_finished_run_is_not_trained_further(finished, folder):
    params, records = train(toy_task(), folder, progress=False)
    assert equal(params, finished[1])
    assert records == finished[2]


def test_another_seed_is_another_network(finished, tmp_path):
    assert not equal(train(toy_task(seed=1), tmp_path, progress=False)[0], finished[1])


def test_a_checkpoint_of_other_settings_is_refused(folder):
    with pytest.raises(ValueError, match=r"another run; (.|\n)*rate was 0.03 and is 0.1\n  seed"):
        train(toy_task(seed=1, settings={"rate": 0.1}, name="toy_seed0"), folder)


def test_a_torn_checkpoint_is_refused_and_left_alone(folder):
    path = folder / loop.CHECKPOINT
    torn = path.read_bytes()[:-9]
    path.write_bytes(torn)
    with pytest.raises(ValueError, match="remove it to start this run again"):
        train(toy_task(), folder)
    assert path.read_bytes() == torn


def test_done_stops_the_run(tmp_path):
    task = toy_task(done=lambda record: record["step"] >= 10)
    assert train(task, tmp_path, progress=False)[1][-1]["step"] == 10
    assert train(task, tmp_path, progress=False)[1][-1]["step"] == 10


def test_snapshots_are_the_parameters_of_their_steps(finished):
    out, params, _ = finished
    files = sorted((out / "snapshots").iterdir())
    assert [f.name for f in files] == [f"step_{n:06d}.safetensors" for n in range(0, 41, 10)]
    first, last = load_file(files[0]), load_file(files[-1])
    np.testing.assert_array_equal(last["embed.W_E"], params["embed"]["W_E"])
    assert not np.array_equal(first["embed.W_E"], last["embed.W_E"])


@pytest.mark.parametrize("steps", [0, -5, 12])
def test_steps_that_do_not_end_with_a_look_are_refused(steps):
    with pytest.raises(ValueError, match=rf"multiple of 5, .* and above 0; got {steps}"):
        toy_task(steps=steps)
