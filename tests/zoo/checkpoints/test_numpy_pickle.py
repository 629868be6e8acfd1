import os
import pickle

import numpy as np
import pytest

from zoo.checkpoints import numpy_pickle


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def read(tmp_path):
    def run(obj, protocol=4):
        path = tmp_path / "arrays.pkl"
        path.write_bytes(obj if isinstance(obj, bytes) else pickle.dumps(obj, protocol))
        return numpy_pickle.read_pickle(path)

    return run


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("code", ["<f4", ">f8", "<f2", "i1", ">i8", "u2", "?", "<c16"])
def test_arrays_and_scalars_come_back(read, code, protocol):
    array = np.arange(12).reshape(3, 4).astype(code)
    solid = np.arange(24).reshape(2, 3, 4).astype(code)
    obj = {"c": array, "f": np.asfortranarray(array), "one": array[1, 2], "empty": array[:0]}
    obj |= {"turned": solid.transpose(1, 2, 0), "strided": array[:, ::2], "row": array[0, None]}
    found = read([obj, "text"], protocol)[0]
    for name, expected in obj.items():
        np.testing.assert_array_equal(found[name], expected)
        assert found[name].dtype == expected.dtype
        assert found[name].shape == expected.shape


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.asarray([{}]), "dtype 'O8'; only numbers are read"),
        (np.asarray(["text"]), "dtype 'U4'; only numbers"),
        (np.zeros(2, [("a", "f4")]), "dtype 'V4'; only numbers"),
        (np.zeros(2, "M8[s]"), "dtype 'M8'; only numbers"),
    ],
)
def test_other_dtypes_are_refused(read, array, problem):
    with pytest.raises(ValueError, match=problem):
        read(array)


def test_what_does_not_match_is_refused(read):
    whole = pickle.dumps(np.arange(4, dtype=np.int8), 2)
    shape = b"K\x04\x85"
    assert shape in whole
    for wrong in (b"K\x05\x85", b"J\xff\xff\xff\xff\x85", b"N\x85", b"N"):
        with pytest.raises(ValueError, match="shape, dtype and bytes do not match"):
            read(whole.replace(shape, wrong))
    with pytest.raises(ValueError, match="3 bytes are left over"):
        read(whole + b"abc")


def test_what_does_not_match_in_protocol_5_is_refused(read):
    whole = pickle.dumps(np.arange(24, dtype=np.int8).reshape(2, 3, 4).transpose(1, 0, 2), 5)
    order, axes = b"\x8c\x01K", b"K\x01K\x00K\x02\x87"
    assert order in whole
    assert axes in whole
    for wrong in (b"K\x01K\x01K\x02\x87", b"K\x01K\x00K\x03\x87", b"K\x01K\x00N\x87", b")"):
        with pytest.raises(ValueError, match="has an array with the order of axes"):
            read(whole.replace(axes, wrong))
    with pytest.raises(ValueError, match="_frombuffer with wrong arguments"):
        read(whole.replace(axes, b"N"))
    with pytest.raises(ValueError, match="memory order is not known"):
        read(whole.replace(order, b"\x8c\x01A"))
    data = bytes(range(24))
    with pytest.raises(ValueError, match="shape, dtype and bytes do not match"):
        read(whole.replace(data, data[:-1]).replace(b"\x96\x18", b"\x96\x17"))


def test_bytes_that_lie_apart_from_the_pickle_are_refused(read):
    array = np.arange(2000)
    code = pickle.dumps(array, 5, buffer_callback=lambda buffer: None)
    with pytest.raises(ValueError, match="the instruction NEXT_BUFFER"):
        read(code)


def test_nothing_is_run(read, tmp_path):
    with pytest.raises(ValueError, match=r"posix.mkdir\. Nothing was run"):
        read([np.arange(3), Runs(tmp_path / "owned")])
    assert not (tmp_path / "owned").exists()


def test_the_published_labels_are_read(assets):
    found = numpy_pickle.read_pickle(assets / "eis_vii" / "transformer_label_info.pkl")
    agreement = (found["labels"] == found["model_labels"]).sum()
    assert {name: array.shape for name, array in found.items()} == {
        "labels": (113, 113),
        "model_labels": (113, 113),
    }
    assert agreement == 12_595  # 98.63% of 12,769, as published
