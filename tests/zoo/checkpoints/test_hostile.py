"""Files made to stall the readers or to eat memory: each in seconds, and in 4 times its size.

Serves ``hdf5``, ``tensors``, ``content`` too. ``tests/hostile_files.py`` makes the files.
"""

import contextlib
import json
import os
import pickle
import sys

import h5py
import hostile_files
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.checkpoints import checkpoint, content, hdf5, tensors
from zoo.checkpoints.numpy_pickle import read_pickle
from zoo.train import state
from zoo.transformer import weights

LIKE = {"a": {"bias": jax.ShapeDtypeStruct((4,), jnp.float32)}}
N = 60_000
ATTACKS = {
    "torch": lambda folder: hostile_files.torch(N),
    "pickle": lambda folder: {
        k: b"\x80\x04" + v + b"." for k, v in hostile_files.pickles(N).items()
    },
    "weights": lambda folder: hostile_files.tensors(N),
    "state": lambda folder: hostile_files.tensors(N),
    "hdf5": lambda folder: hostile_files.dumps(folder, N),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own peak of memory from /proc")
@pytest.mark.parametrize("reader", ATTACKS)
def test_no_file_stalls_or_eats_memory(tmp_path, reader):
    attacks = hostile_files.write(tmp_path, ATTACKS[reader](tmp_path))
    found = hostile_files.measure(reader, [path for path, _ in attacks.values()], timeout=120)
    assert len(found) == len(attacks), f"stalled: {list(attacks)[len(found)]}"
    for (name, (_, size)), taken in zip(attacks.items(), found):
        assert taken.within(size), (name, size, taken)
        assert taken.kind == "ValueError" or reader in ("torch", "pickle"), (name, taken)


def test_what_a_message_quotes_is_short_and_has_no_control_characters(tmp_path):
    path = tmp_path / "x"
    codes = {
        "a name": b"c" + b"\x1b[2J" * 300 + b"\nn\n.",
        "a dtype": b"cnumpy\ndtype\n" + hostile_files.text("\x1b[2J" * 300) + b"\x85R.",
        "a key": b"}" + hostile_files.text("\x1b[2J" * 300) + b"Ns.",
    }
    for name, code in codes.items():
        path.write_bytes(b"\x80\x04" + code)
        with pytest.raises(ValueError, match="x1b") as error:
            read_pickle(path)
        assert str(error.value).isprintable(), name
        assert len(str(error.value)) < 400, name


def test_unknown_names_are_listed_up_to_ten(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\x80\x04" + b"".join(b"cm%d\nn\n0" % i for i in range(5000)) + b"N.")
    with pytest.raises(ValueError, match=r"asks for 10 or more thing\(s\)") as error:
        read_pickle(path)
    assert len(str(error.value)) < 400


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_devices_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    readers = [
        checkpoint.read_torch, read_pickle, tensors.read_tensors, content.read_bytes,
        lambda path: hdf5.read_array(path, "a_b", (4,)),
    ]  # fmt: skip
    for path in (tmp_path / "pipe", tmp_path):
        for read in readers:
            with pytest.raises(OSError, match="is no regular file"):
                read(path)
    with pytest.raises(ValueError, match="holds no weights of a transformer .*is no regular file"):
        weights.shipped(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is damaged .*is no regular file"):
        state.restore(tmp_path / "pipe", {}, {})


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("external data", "numbers are in other files"),
        ("a virtual data set", "numbers are in other files"),
        ("an external link", "'a_b' is a link"),
        ("a link to itself", "'a_b' is a link"),
        ("nothing written", "numbers are missing"),
        ("compressed", "in chunks or compressed"),
        ("chunks larger than memory", "in chunks or compressed"),
        ("a trillion numbers", r"expected shape \(4,\), found \(1099511627776,\)"),
        ("no numbers", "infinite or no numbers"),
        ("complex numbers", "expected floating-point numbers, found complex64"),
        ("integers", "expected floating-point numbers, found int32"),
        ("fields", "expected floating-point numbers, found"),
        ("no shape", "expected a data set with numbers"),
        ("a group", "expected a data set with numbers, found a Group"),
        ("many groups", r"expected the one data set 'a_b', found '\d+ things'"),
    ],
)
def test_arrays_that_are_not_plainly_there_are_refused(tmp_path, name, problem):
    path = tmp_path / "a_b.h5"
    path.write_bytes(hostile_files.dumps(tmp_path, 1000)[name])
    with pytest.raises(ValueError, match=problem):
        checkpoint.from_torch_dump({"a_b": path}, LIKE)


def test_numbers_of_other_files_are_never_read(tmp_path):
    """The test of the test: h5py alone follows them."""
    made = hostile_files.dumps(tmp_path, 1000)
    for name in ("external data", "a virtual data set", "an external link"):
        (tmp_path / "x").write_bytes(made[name])
        with h5py.File(tmp_path / "x") as file:
            np.testing.assert_array_equal(file["a_b"], np.ones(4))


@settings(deadline=None)
@given(st.data())
def test_damaged_hdf5_is_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    with h5py.File(folder / "made", "w") as file:
        file["a_b"] = np.ones(4, np.float32)
    damaged(folder, data, lambda path: hdf5.read_array(path, "a_b", (4,)))


@settings(deadline=None)
@given(st.data())
def test_damaged_safetensors_are_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    state.save(folder / "made", {"w": jnp.zeros(3)}, {"seed": 0}, [{"step": 1}])
    damaged(folder, data, lambda path: state.restore(path, {"w": jnp.zeros(3)}, {"seed": 0}))


@settings(deadline=None)
@given(st.data())
def test_damaged_arrays_in_pickles_are_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    value = {"x": np.arange(6, dtype=np.int16).reshape(2, 3), "y": [np.float32(2)]}
    (folder / "made").write_bytes(pickle.dumps(value, data.draw(st.integers(2, 5))))
    damaged(folder, data, read_pickle)


def damaged(folder, data, read):
    whole = bytearray((folder / "made").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (folder / "damaged").write_bytes(whole[: data.draw(st.integers(len(whole) // 2, len(whole)))])
    with contextlib.suppress(ValueError):
        read(folder / "damaged")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, st.sampled_from(["layers", "heads", "d_mlp", "biases", "activation", "more", None]))
def test_any_config_is_refused(tmp_path_factory, value, field):
    path = tmp_path_factory.getbasetemp() / "config.safetensors"
    plain = json.loads(hostile_files.config())
    plain = value if field is None else plain | {field: value}
    path.write_bytes(hostile_files.tensorfile({"__metadata__": {"config": json.dumps(plain)}}))
    with pytest.raises(ValueError, match=r"holds no weights of|does not fit the model"):
        weights.shipped(path)


@settings(deadline=None)
@given(JSON, JSON)
def test_any_settings_and_records_are_refused(tmp_path_factory, settings, records):
    path = tmp_path_factory.getbasetemp() / "run.safetensors"
    metadata = {"settings": json.dumps(settings), "records": json.dumps(records)}
    path.write_bytes(hostile_files.tensorfile({"__metadata__": metadata}))
    with pytest.raises(ValueError, match=r"is damaged|is of another run"):
        state.restore(path, {"w": jnp.zeros(3)}, {"seed": 0})
