import dataclasses

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


def test_the_loss_falls_and_every_look_is_recorded(tmp_path):
    params, records = train(toy_task(), tmp_path, progress=False)
    assert [r["step"] for r in records] == list(range(0, 41, 5))
    assert records[-1]["test_loss"] < 0.7 * records[0]["test_loss"]
    assert records[-1]["loss"] < records[1]["loss"]
    assert "loss" not in records[0]
    seconds = [r["seconds"] for r in records]
    assert seconds == sorted(seconds)
    assert params["embed"]["W_E"].shape == (5, 4)


@pytest.mark.parametrize("looks", [0, 1, 3, 5, 7])
def test_a_killed_run_goes_on_to_the_same_end(tmp_path, looks):
    whole, records = train(toy_task(), tmp_path / "whole", progress=False)
    with pytest.raises(KeyboardInterrupt):
        train(killed_after(toy_task(), looks), tmp_path / "cut", 2, progress=False)
    again, more = train(toy_task(), tmp_path / "cut", 2, progress=False)
    assert equal(whole, again)
    assert untimed(more) == untimed(records)


def test_a_killed_run_does_not_start_again(tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        train(killed_after(toy_task(), 5), tmp_path, 2, progress=False)
    firsts, real = [], loop._advance

    def watched(task, state, first):
        firsts.append(first)
        return real(task, state, first)

    monkeypatch.setattr(loop.jax, "jit", lambda function, **_: function)
    monkeypatch.setattr(loop, "_advance", watched)
    train(toy_task(), tmp_path, 2, progress=False)
    assert firsts == [20, 25, 30, 35]


def test_a_finished_run_is_not_trained_further(tmp_path):
    first, records = train(toy_task(), tmp_path, progress=False)
    second, same = train(toy_task(), tmp_path, progress=False)
    assert equal(first, second)
    assert same == records


def test_seeds_differ_and_a_seed_repeats(tmp_path):
    one, other, again = (
        train(toy_task(seed=seed), tmp_path / str(i), progress=False)[0]
        for i, seed in enumerate((0, 1, 0))
    )
    assert equal(one, again)
    assert not equal(one, other)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    train(toy_task(), tmp_path, progress=False)
    with pytest.raises(ValueError, match=r"another run; (.|\n)*rate was 0.03 and is 0.1\n  seed"):
        train(toy_task(seed=1, settings={"rate": 0.1}, name="toy_seed0"), tmp_path)


def test_a_torn_checkpoint_is_refused_and_left_alone(tmp_path):
    train(toy_task(), tmp_path, progress=False)
    path = tmp_path / loop.CHECKPOINT
    torn = path.read_bytes()[:-9]
    path.write_bytes(torn)
    with pytest.raises(ValueError, match="remove it to start this run again"):
        train(toy_task(), tmp_path)
    assert path.read_bytes() == torn


def test_done_stops_the_run(tmp_path):
    task = toy_task(done=lambda record: record["step"] >= 10)
    assert train(task, tmp_path, progress=False)[1][-1]["step"] == 10
    assert train(task, tmp_path, progress=False)[1][-1]["step"] == 10


def test_snapshots_are_the_parameters_of_their_steps(tmp_path):
    params, _ = train(toy_task(), tmp_path, snapshot_every=2, progress=False)
    files = sorted((tmp_path / "snapshots").iterdir())
    assert [f.name for f in files] == [f"step_{n:06d}.safetensors" for n in range(0, 41, 10)]
    first, last = load_file(files[0]), load_file(files[-1])
    np.testing.assert_array_equal(last["embed.W_E"], params["embed"]["W_E"])
    assert not np.array_equal(first["embed.W_E"], last["embed.W_E"])


@pytest.mark.parametrize("steps", [0, -5, 12])
def test_steps_that_do_not_end_with_a_look_are_refused(steps):
    with pytest.raises(ValueError, match=rf"multiple of 5, .* and above 0; got {steps}"):
        toy_task(steps=steps)
