"""Files of ``torch.save``, and their tensors, which ``zoo.checkpoints.torch_tensor`` reads."""

import collections
import contextlib
import pickle
import struct
import zipfile

import ml_dtypes
import numpy as np
import pytest
import torch_files
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_files import KINDS, Tensor, legacy, members, modern, storage, tensor, zipped

from zoo.checkpoints import checkpoint, torch_file

LAYOUTS = pytest.mark.parametrize("write", [modern, legacy])
ARRAY = np.arange(24, dtype=np.float32).reshape(4, 6)


@pytest.fixture
def read(tmp_path):
    def run(content):
        path = tmp_path / "file.pt"
        path.write_bytes(content)
        return checkpoint.read_torch(path)

    return run


@LAYOUTS
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_state_dicts_come_back(read, write, protocol):
    state = collections.OrderedDict(w=tensor("0", ARRAY), b=tensor("1", np.float64([1.5])))
    state._metadata = {"": {"version": 1}}
    found = read(write({"model": state, "losses": [0.5, 1], "name": "é", "no": None}, protocol))
    np.testing.assert_array_equal(found["model"]["w"], ARRAY)
    assert found["model"]["w"].dtype == np.float32
    assert found["model"]["b"].tolist() == [1.5]
    assert (found["losses"], found["name"], found["no"]) == ([0.5, 1], "é", None)


@LAYOUTS
@pytest.mark.parametrize("code", KINDS)
def test_all_kinds_of_numbers(read, write, code):
    array = np.asarray([0, 1, 1, 0]).astype(code)
    found = read(write(tensor("0", array)))
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@LAYOUTS
def test_bfloat16(read, write):
    array = np.asarray([1.0, -2.5, 3e38], ml_dtypes.bfloat16)
    stored = torch_files.Storage("0", "BFloat16Storage", array.tobytes(), 3)
    found = read(write(Tensor(stored, 0, (3,), (1,))))
    assert found.dtype == ml_dtypes.bfloat16
    assert found.tolist() == array.tolist()


@LAYOUTS
def test_views_of_one_storage_share_memory(read, write):
    shared = storage("0", ARRAY, device="cuda:0")
    found = read(
        write(
            {
                "all": Tensor(shared, 0, (4, 6), (6, 1)),
                "turned": Tensor(shared, 0, (6, 4), (1, 6), parameter=True),
                "strided": Tensor(shared, 7, (2, 3), (6, 2)),
                "number": Tensor(shared, 5, (), ()),
                "empty": Tensor(shared, 24, (0, 3), (3, 1)),
                "expanded": Tensor(shared, 3, (5, 2), (0, 1)),
                "overlapping": Tensor(shared, 0, (3, 3), (1, 1)),
            }
        )
    )
    np.testing.assert_array_equal(found["all"], ARRAY)
    np.testing.assert_array_equal(found["turned"], ARRAY.T)
    np.testing.assert_array_equal(found["strided"], ARRAY[1:3, 1:6:2])
    assert (found["number"].shape, float(found["number"])) == ((), 5.0)
    assert found["empty"].shape == (0, 3)
    assert found["expanded"].tolist() == [[3, 4]] * 5
    assert found["overlapping"].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert np.shares_memory(found["all"], found["turned"])
    assert not found["all"].flags.writeable


@given(
    shape=st.lists(st.integers(0, 5), max_size=3),
    strides=st.lists(st.integers(-2, 9), min_size=3, max_size=3),
    offset=st.integers(-1, 30),
)
def test_a_tensor_is_in_its_storage_or_refused(tmp_path_factory, shape, strides, offset):
    """The reference: every index that the tensor reaches, one by one."""
    path = tmp_path_factory.getbasetemp() / "strided.pt"
    strides = strides[: len(shape)]
    made = Tensor(storage("0", ARRAY), offset, tuple(shape), tuple(strides))
    path.write_bytes(modern(made))
    index = np.full(shape, offset)
    for axis, stride in enumerate(strides):
        index = index + stride * np.arange(shape[axis]).reshape(
            [-1] + [1] * (len(shape) - axis - 1)
        )
    if offset < 0 or min(strides, default=0) < 0:
        with pytest.raises(ValueError, match="the pickle makes a tensor of"):
            checkpoint.read_torch(path)
    elif index.size and index.max() >= ARRAY.size:
        with pytest.raises(ValueError, match="reaches beyond its storage '0' of 24 elements"):
            checkpoint.read_torch(path)
    else:
        np.testing.assert_array_equal(checkpoint.read_torch(path), index.astype(np.float32))


@LAYOUTS
@pytest.mark.parametrize("declared", [23, 25, 1 << 40, 1 << 61])
def test_storages_that_declare_another_size_are_refused_before_memory_is_set_aside(
    read, write, declared
):
    stored = storage("0", ARRAY, declared=declared)
    with pytest.raises(ValueError, match=r"declares \d+|bytes are left over"):
        read(write(Tensor(stored, 0, (2,), (1,))))


@LAYOUTS
def test_a_tensor_larger_than_memory_is_refused(read, write):
    stored = storage("0", ARRAY)
    for shape, strides in (((1 << 40,), (0,)), ((1 << 40, 1 << 40), (0, 0)), ((9,), (1 << 61,))):
        made = write(Tensor(stored, 0, shape, strides))
        if shape == (1 << 40,):  # expanded, so that nothing is set aside
            assert read(made).strides == (0,)
        else:
            with pytest.raises(ValueError, match="reaches beyond its storage"):
                read(made)


@LAYOUTS
def test_one_storage_declared_in_two_ways_is_refused(read, write):
    one = Tensor(storage("0", ARRAY), 0, (2,), (1,))
    other = Tensor(storage("0", ARRAY, declared=12, kind="DoubleStorage"), 0, (2,), (1,))
    with pytest.raises(ValueError, match="'0' is declared in two ways"):
        read(write([one, other]))


def test_archives_that_torch_does_not_write_are_refused(read):
    parts = members(tensor("0", ARRAY))
    cases = {
        r"data.pkl' is compressed or encrypted": zipped(parts, compression=zipfile.ZIP_DEFLATED),
        r"byte order b'big', expected b'little'": zipped({**parts, "archive/byteorder": b"big"}),
        r"expected one data.pkl in the archive, found 2": zipped({**parts, "b/data.pkl": b"N."}),
        r"expected one data.pkl in the archive, found 0": zipped({"readme": b""}),
        r"'0': declares 96 bytes, holds None": zipped(
            {name: part for name, part in parts.items() if not name.endswith("/0")}
        ),
        r"3 bytes are left over": zipped(
            {**parts, "archive/data.pkl": parts["archive/data.pkl"] + b"abc"}
        ),
    }
    for problem, content in cases.items():
        with pytest.raises(ValueError, match=problem):
            read(content)


def test_members_that_overlap_are_refused(read):
    """Many entries of the directory that point to the same bytes: a bomb without compression."""
    content = zipped({f"archive/data/{i}": b"x" * (4000 if i == 0 else 1) for i in range(9)})
    start = content.index(b"PK\x01\x02")
    head, directory = content[:start], bytearray(content[start:])
    for i in range(9):
        at = [j for j in range(len(directory)) if directory[j : j + 4] == b"PK\x01\x02"][i]
        struct.pack_into("<II", directory, at + 20, 4000, 4000)
        struct.pack_into("<I", directory, at + 42, 0)
    with pytest.raises(ValueError, match="members declare more bytes than the"):
        read(head + bytes(directory))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"magic": 5}, r"nor does it start with PyTorch's magic number 0x1950a86a20f9469cfc6c"),
        ({"version": 1000}, r"and protocol 1001"),
        ({"system": {"little_endian": False}}, "big-endian machine, expected little-endian"),
        ({"system": [1]}, "big-endian machine"),
    ],
)
def test_legacy_headers_are_checked(read, changes, problem):
    with pytest.raises(ValueError, match=problem):
        read(legacy(tensor("0", ARRAY), **changes))


def test_legacy_lists_of_storages_are_checked(read):
    whole = legacy(tensor("0", ARRAY))
    listed = pickle.dumps(["0"], 2)
    for wrong, problem in (
        (["1"], r"lists the storages \['1'\], its tensors use \['0'\]"),
        (7, "list of storages is damaged"),
    ):
        with pytest.raises(ValueError, match=problem):
            read(whole.replace(listed, pickle.dumps(wrong, 2)))


@LAYOUTS
def test_a_file_cut_short_anywhere_is_refused(read, write):
    content = write({"w": tensor("0", ARRAY[:1, :3]), "n": [1, "two"]})
    for length in range(len(content)):
        with pytest.raises(ValueError, match=r"cannot read .*file.pt as a PyTorch file"):
            read(content[:length])


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_crashes(tmp_path_factory, data):
    write = data.draw(st.sampled_from([modern, legacy]))
    content = bytearray(write({"w": tensor("0", ARRAY[:1, :3]), "n": [1, ("two", 3.0)]}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.pt"
    path.write_bytes(content)
    with contextlib.suppress(ValueError):
        checkpoint.read_torch(path)


def test_the_advice_is_given(read):
    with pytest.raises(ValueError, match=r"torch.save\(model.state_dict\(\), path\)"):
        read(b"")


def test_published_files_are_read(assets):
    names = ["wd_10-1_mod_addition_loss_curve", "mod_addition_no_wd", "induction_head_finite"]
    for name in names:
        content = torch_file.read_torch(assets / "grokking" / f"{name}.pth")
        assert {"model", "optimizer", "scheduler", "train_losses", "test_losses"} <= content.keys()
        assert content["optimizer"]["param_groups"][0]["lr"] == 0.001
    assert content["data_config"]["subseq_len"] == 16
    assert len(content["train_losses"]) == 285_820
    state = torch_file.read_torch(assets / "eis_vii" / "mnist_model.pt")
    assert {name: array.shape for name, array in state.items()} == {
        "conv1.weight": (8, 1, 3, 3),
        "conv1.bias": (8,),
        "conv2.weight": (16, 8, 3, 3),
        "conv2.bias": (16,),
        "fc1.weight": (200, 400),
        "fc1.bias": (200,),
        "fc2.weight": (2, 200),
        "fc2.bias": (2,),
    }
