import jax.numpy as jnp
import numpy as np
import pytest

from zoo.train import state

SETTINGS = {"seed": 3, "shape": [1, 2], "rate": 0.1}
RECORDS = [{"step": 0, "test_loss": 1.5}, {"step": 10, "test_loss": 0.25, "loss": 1e-9}]


def some_state():
    rng = np.random.default_rng(0)
    weights = jnp.asarray(rng.normal(size=(3, 4)), jnp.float32)
    return {"w": weights, "b": jnp.zeros(2)}, (jnp.asarray(7, jnp.int32), [weights * 1e-30])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    state.save(path, some_state(), SETTINGS, RECORDS)
    return path


def test_what_is_saved_comes_back_bit_for_bit(path):
    found, records = state.restore(path, some_state(), SETTINGS)
    assert records == RECORDS
    assert list(found[0]) == ["b", "w"]
    for name, leaf in some_state()[0].items():
        np.testing.assert_array_equal(found[0][name], leaf)
    np.testing.assert_array_equal(found[1][1][0], some_state()[1][1][0])
    assert found[1][0].dtype == jnp.int32
    assert int(found[1][0]) == 7


def test_a_new_checkpoint_takes_the_place_of_the_old_one(path):
    state.save(path, some_state(), SETTINGS, RECORDS[:1])
    assert state.restore(path, some_state(), SETTINGS)[1] == RECORDS[:1]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_kill_while_writing_leaves_the_old_checkpoint(path, monkeypatch):
    def half(arrays, filename, metadata):
        filename.write_bytes(b"\x20")
        raise KeyboardInterrupt

    monkeypatch.setattr(state, "save_file", half)
    with pytest.raises(KeyboardInterrupt):
        state.save(path, some_state(), SETTINGS, [])
    monkeypatch.undo()
    assert state.restore(path, some_state(), SETTINGS)[1] == RECORDS
    state.save(path, some_state(), SETTINGS, [])
    assert state.restore(path, some_state(), SETTINGS)[1] == []


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_refused(path, kept):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match=r"is damaged .* remove it to start this run again"):
        state.restore(path, some_state(), SETTINGS)


def test_noise_and_files_of_another_kind_are_refused(path):
    path.write_bytes(np.random.default_rng(0).bytes(500))
    with pytest.raises(ValueError, match="is damaged"):
        state.restore(path, some_state(), SETTINGS)
    state.save_file({"x": np.zeros(2)}, path)
    with pytest.raises(ValueError, match=r"is damaged \('settings'\)"):
        state.restore(path, some_state(), SETTINGS)


def test_a_checkpoint_of_another_run_is_refused_with_all_differences(path):
    like = some_state()
    like[0]["more"] = like[0].pop("b")
    like[0]["w"] = jnp.zeros((4, 3))
    with pytest.raises(ValueError, match="is of another run; remove it, or choose") as error:
        state.restore(path, like, {"seed": 4, "shape": [1, 2], "steps": 5})
    assert sorted(str(error.value).splitlines()[1:]) == [
        "  [0]['w']: expected float32[4, 3], found float32[3, 4]",
        "  array missing: [0]['more']",
        "  array not expected: [0]['b']",
        "  rate was 0.1 and is None",
        "  seed was 3 and is 4",
        "  steps was None and is 5",
    ]


def test_settings_are_compared_as_json_writes_them(path):
    state.restore(path, some_state(), {**SETTINGS, "shape": (1, 2)})
