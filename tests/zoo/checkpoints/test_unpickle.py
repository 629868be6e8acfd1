"""All of the safe reader of pickles: also ``zoo.checkpoints.pickle_machine``, which runs them,
``zoo.checkpoints.placeholder`` and ``zoo.checkpoints.nesting``.
"""

import collections
import contextlib
import io
import os
import pickle
import struct
from unittest import mock

import pytest
import torch_files
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.checkpoints import checkpoint, pickle_machine, unpickle
from zoo.checkpoints.placeholder import settle

TABLE = {
    ("collections", "OrderedDict"): pickle_machine.ordered_dict,
    ("torch", "FloatStorage"): None,
}


def load(code, functions=TABLE, persistent=None):
    return settle(unpickle.read(io.BytesIO(code), functions, persistent))


def data():
    small = st.integers(1 - 2**60, 2**60 - 1)
    keys = st.one_of(st.text(), small, st.booleans(), st.none())
    more = (st.binary(), st.floats(allow_nan=False), st.integers(-(2**200), 2**200))
    leaves = st.one_of(keys, *more)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner),
            st.lists(inner).map(tuple),
            st.dictionaries(keys, inner),
            st.tuples(inner, inner).map(lambda pair: [pair[0], pair, pair[1], pair[0]]),
        ),
    )


@given(data(), st.integers(2, 5))
def test_plain_data_is_read_as_pickle_reads_it(value, protocol):
    functions = {**TABLE, ("_codecs", "encode"): lambda text, encoding: text.encode(encoding)}
    code = pickle.dumps(value, protocol)
    if b"__builtin__" in code and protocol == 2:  # b"" before protocol 3
        functions["__builtin__", "bytes"] = bytes
    found = load(code, functions)
    assert repr(found) == repr(pickle.loads(code))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_ordered_dicts_become_dicts(protocol):
    ordered = collections.OrderedDict(a=1, b=[2])
    ordered._metadata = {"version": 1}
    found = load(pickle.dumps(ordered, protocol))
    assert found == {"a": 1, "b": [2]}
    assert type(found) is dict


class Runs:
    """Pickles as a call of ``function``."""

    def __init__(self, function, *arguments):
        self.made = function, arguments

    def __reduce__(self):
        return self.made


def hostile(path):
    """Name -> pickle that would create the file ``path`` if it were obeyed."""
    text = f"open({str(path)!r}, 'w').close()"
    command = f"touch {path}".encode()
    short = b"\x8c" + bytes([len(text)]) + text.encode()
    where = b"X" + struct.pack("<I", len(command)) + command
    name = b"\x8c\x08builtins\x94\x8c\x04exec\x94"
    inst = b"(" + where + b"ios\nsystem\n."
    allowed = b"ccollections\nOrderedDict\n"
    return {
        "GLOBAL": b"cos\nsystem\n" + where + b"\x85R.",
        "protocol 0": f"cos\nsystem\n(S'{command.decode()}'\ntR.".encode(),
        "STACK_GLOBAL": b"\x80\x04" + name + b"\x93" + short + b"\x85R.",
        "names from the memo": b"\x80\x04" + name + b"00h\x00h\x01\x93" + short + b"\x85R.",
        "names in the memo under any number": b"\x80\x04\x8c\x04exec\x8c\x08builtins"
        b"r\xff\xff\xff\xff0q\x070j\xff\xff\xff\xffh\x07\x93" + short + b"\x85R.",
        "a memo that is overwritten": b"\x80\x04\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x940"
        b"0\x8c\x08builtinsq\x00\x8c\x04execq\x0100h\x00h\x01\x93" + short + b"\x85R.",
        "INST": inst,
        "OBJ": b"(cos\nsystem\n" + where + b"o.",
        "NEWOBJ": b"\x80\x02cos\nsystem\n" + where + b"\x85\x81.",
        "NEWOBJ_EX": b"\x80\x04cos\nsystem\n" + where + b"\x85}\x92.",
        "EXT1": b"\x80\x02\x82\x01" + where + b"\x85R.",
        "EXT4": b"\x80\x02\x84\x01\x00\x00\x00" + where + b"\x85R.",
        "BUILD": b"\x80\x02" + allowed + b")R}X\x0c\x00\x00\x00__setstate__"
        b"cos\nsystem\nsb" + where + b"b.",
        "BUILD of a class": b"\x80\x02" + allowed + b"N}X\x06\x00\x00\x00update"
        b"cos\nsystem\ns\x86b.",
        "an attribute of a module": b"\x80\x04\x8c\x0bcollections\x8c\x0fabc.sys.modules\x93)R.",
        "another module's name": b"ccollections OrderedDict\nx\n)R.",
        "by pickle": pickle.dumps(Runs(os.system, command.decode()), 4),
        "eval by pickle": pickle.dumps(Runs(eval, text), 2),
        "among data": pickle.dumps({"model": [1, Runs(os.system, command.decode())]}, 2),
        "a call of a result": b"\x80\x02cbuiltins\ngetattr\ncos\nX\x06\x00\x00\x00system\x86R"
        + where + b"\x85R.",
    }  # fmt: skip


@pytest.mark.parametrize("case", hostile("x"))
@pytest.mark.parametrize("place", ["archive", "legacy header", "legacy object"])
def test_nothing_is_ever_run(tmp_path, case, place):
    target = tmp_path / "owned"
    code = hostile(target)[case]
    path = tmp_path / "file.pt"
    if place == "archive":
        path.write_bytes(torch_files.zipped({"a/data.pkl": code}))
    elif place == "legacy header":
        path.write_bytes(code)
    else:
        path.write_bytes(torch_files.legacy([1]).replace(torch_files.pickled([1])[0], code))
    with pytest.raises(ValueError, match="as a PyTorch file"):
        checkpoint.read_torch(path)
    assert not target.exists()


def test_the_hostile_pickles_are_hostile(tmp_path):
    """The test of the test: Python's own machine obeys them."""
    for case in ("GLOBAL", "STACK_GLOBAL", "names from the memo", "INST", "OBJ", "by pickle"):
        target = tmp_path / case.replace(" ", "-")
        pickle.loads(hostile(target)[case])
        assert target.exists()


def test_all_names_are_listed_at_once():
    obj = [Runs(os.system, "a"), Runs(eval, "b"), {"x": Runs(print, "c")}]
    with pytest.raises(ValueError, match=r"asks for 3 thing\(s\)") as error:
        load(pickle.dumps(obj, 4))
    assert "builtins.eval, builtins.print, posix.system. Nothing was run" in str(error.value)
    with pytest.raises(
        ValueError, match="_io.open, the instruction INST os system, the instruction OBJ"
    ):
        load(b"(ios\nsystem\n0(c_io\nopen\no.")


@given(st.sampled_from(sorted(hostile("x"))), st.data())
def test_hostile_pickles_cut_short_are_refused(tmp_path_factory, case, draw):
    target = tmp_path_factory.getbasetemp() / "owned"
    code = hostile(target)[case]
    with pytest.raises(ValueError, match="pickle"):
        load(code[: draw.draw(st.integers(0, len(code) - 1))])
    assert not target.exists()


@settings(max_examples=500)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(code):
    with contextlib.suppress(ValueError):
        load(b"\x80\x04" + code)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (b"]q\x00h\x00a.", "contains itself, or is nested deeper than 100 levels"),
        (b"}q\x00X\x01\x00\x00\x00ah\x00s.", "contains itself"),
        (b"]" * 5000 + b"a" * 4999 + b".", "nested deeper than 100 levels"),
        (b")" + b"\x85" * 5000 + b".", "nested deeper than 100 levels"),
        (b"}(" + b")\x85NNNu.", "a tuple as a key of a dict"),
        (b"}]Ns.", "a list as a key of a dict"),
        (b"h\x00.", "recalls what it never stored"),
        (b"0.", "takes more than it put"),
        (b"t.", "takes more than it put"),
        (b".", "leaves something over"),
        (b"NN.", "leaves something over"),
        (b"(N.", "leaves something over"),
        (b"Na.", "takes more than it put"),
        (b"NNa.", "appends to a NoneType"),
        (b"NNNs.", "sets items of a NoneType"),
        (b"}(Nu.", "sets items of a dict"),
        (b"]NR.", "calls a list"),
        (b"ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage, which is only a name here"),
        (b"ctorch\nFloatStorage\n.", "holds torch.FloatStorage where data are expected"),
        (b"ccollections\nOrderedDict\nK\x01\x85R.", "makes a dict of something other than pairs"),
        (b"ccollections\nOrderedDict\nNN\x86R.", "OrderedDict with wrong arguments"),
        (b"ccollections\nOrderedDict\nNb.", "gives state to a Global"),
        (b"NQ.", "asks for 1 thing.s. that plain weights do not need: a persistent id"),
        (b"X\xff\xff\xff\x7fab.", r"expected 2147483647 bytes .* only 3 remain"),
        (b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.", "expected .* only 3 remain"),
        (b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffab.", "bytes8 byte count|expected"),
        (b"\x8b\xff\xff\xff\x7fab.", "not enough data in stream to read long4|expected|long4"),
        (b"\x8b\xff\xff\xff\xffab.", "long4 byte count < 0"),
        (b"N", "pickle exhausted before seeing STOP"),
        (b"\xff.", "opcode"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(code, problem):
    with pytest.raises(ValueError, match=problem):
        load(code)


def test_parts_that_are_shared_often_take_no_time():
    """Sixty lists, each holding the one before twice: 2^60 leaves, if they were copied."""
    found = load(b"]" + b"".join(b"q\x000]h\x00ah\x00a" for _ in range(60)) + b".")
    for _ in range(60):
        assert found[0] is found[1]
        found = found[0]


def test_a_pickle_that_is_too_long_is_refused(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(unpickle, "LONGEST", 1000)
        assert load(b"]" + b"Na" * 400 + b".") == [None] * 400
        with pytest.raises(ValueError, match="longer than 1000 bytes"):
            load(b"]" + b"Na" * 600 + b".")
    monkeypatch.setattr(unpickle, "MOST", 1000)
    assert load(b"]" + b"Na" * 499 + b".") == [None] * 499
    with pytest.raises(ValueError, match="or 1000 instructions"):
        load(b"]" + b"Na" * 500 + b".")


@pytest.mark.parametrize(
    "code",
    [
        b"]" * 5_000_000 + b"a" * 4_999_999 + b".",
        b")" + b"\x85" * 5_000_000 + b".",
        b"}" + b"K\x01}" * 2_000_000 + b"s" * 2_000_000 + b".",
        b"]" + b"q\x000]h\x00a" * 1_000_000 + b".",
        b"(" * 5_000_000 + b".",
        b"ccollections\nOrderedDict\nq\x000" + b"]h\x00]\x85R" * 1_000_000 + b".",
    ],
)
def test_millions_of_containers_are_refused_before_they_are_built(code):
    machine = pickle_machine.Machine
    steps = []

    class Counted(machine):
        def step(self, opcode, argument):
            steps.append(None)
            machine.step(self, opcode, argument)

    refused = pytest.raises(
        ValueError, match="nested deeper|more than 65536 lists, dicts and|is longer than"
    )
    with mock.patch.object(unpickle, "Machine", Counted), refused:
        load(code)
    assert len(steps) < 1 << 19


def test_depth_is_counted_wherever_the_levels_are():
    deepest = b"]" * 101 + b"a" * 100 + b"."
    assert load(deepest)
    inner = deepest[:-1]
    for deeper in (b"]" + inner + b"a.", inner + b"\x85.", b"}N" + inner + b"s."):
        with pytest.raises(ValueError, match="nested deeper than 100 levels"):
            load(deeper)
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):  # put in afterwards
        load(b"]q\x00\x85q\x010h\x00" + deepest[:-1] + b"a0h\x01.")


def test_calls_that_copy_without_end_are_refused():
    bomb = b"\x80\x02ctorch\nSize\nq\x000]q\x01(" + b"N" * 20000 + b"e0]("
    bomb += b"h\x00h\x01\x85R" * 2000 + b"e."
    with pytest.raises(ValueError, match="calls copy more than the file holds"):
        unpickle.read(io.BytesIO(bomb), {("torch", "Size"): tuple})


def test_keys_that_may_all_have_one_hash_are_refused():
    for key, match in [(2**61 - 1, "more than 60 bits"), (1.5, "a float as a key")]:
        with pytest.raises(ValueError, match=match):
            unpickle.read(io.BytesIO(pickle.dumps({key: 0}, 2)), {})
