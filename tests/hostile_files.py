"""Files that are made to stall who reads them, or to eat memory, and what reading one takes.

Each attack has a size: tests make small ones. ``python tests/hostile_files.py torch 1000000``, or
``weights``, ``state``, ``hdf5``, ``report``, ``pickle``, prints what each takes.
"""

import io
import json
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from typing import NamedTuple

import h5py
import numpy as np
import report_files
import torch_files

ROOT = pathlib.Path(__file__).parents[1]
SHAPE = b"ctorch._utils\n_rebuild_tensor_v2\n"
SIZE = b"ctorch\nSize\n"
SECONDS, MEMORY = 5.0, 64 * 2**20
"""That reading any file may take; of memory 4 times the file's size in addition."""

READERS = {
    "torch": "from zoo.checkpoints.torch_file import read_torch as read",
    "pickle": "from zoo.checkpoints.numpy_pickle import read_pickle as read",
    "weights": "from zoo.transformer.weights import shipped as read",
    "state": "import jax.numpy as jnp\nfrom zoo.train import state\n"
    "def read(path): return state.restore(path, {'w': jnp.zeros(3)}, {'seed': 0})",
    "hdf5": "import jax, jax.numpy as jnp\nfrom zoo.checkpoints.checkpoint import from_torch_dump\n"
    "def read(path):\n"
    "    like = {'a': {'bias': jax.ShapeDtypeStruct((4,), jnp.float32)}}\n"
    "    return from_torch_dump({'a_b': path}, like)",
    "report": "from aann.report.report import Report\nread = Report.load",
}


def text(value):
    """A string, as a pickle has it."""
    raw = value.encode() if isinstance(value, str) else value
    return b"X" + struct.pack("<I", len(raw)) + raw


def shared(levels):
    """Lists of which each holds the one before twice: 2^levels leaves to whoever walks them."""
    return b"]" + b"".join(b"q\x000]h\x00ah\x00a" for _ in range(levels))


def number(size):
    """An integer of so many bytes."""
    return b"\x8b" + struct.pack("<I", size) + b"\x11" * size


def storage(key=b"X\x01\x00\x00\x000"):
    return b"(" + text("storage") + b"ctorch\nFloatStorage\n" + key + text("cpu") + b"K\x01tQ"


def archive(code, **more):
    return torch_files.zipped({"a/data.pkl": b"\x80\x04" + code + b".", **more})


def legacy(codes):
    """The five pickles of the older layout."""
    known = [pickle.dumps(p, 2) for p in (torch_files.MAGIC, 1001, torch_files.SYSTEM, {}, [])]
    return b"".join(codes.get(i, part) for i, part in enumerate(known))


def tensorfile(header, data=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + data


def config(**changes):
    plain = {
        "layers": 1, "heads": 1, "d_model": 1, "d_head": 1, "d_mlp": None, "d_vocab": 1,
        "d_vocab_out": 1, "context": 1,
        "biases": [],
    }  # fmt: skip
    return json.dumps(plain | changes)


def pickles(n):
    """Name -> pickle without its end; ``n`` is about how many bytes or instructions it has."""
    name = text("m" * (n * 4))
    long_list = b"](" + b"K\x01" * (n // 8) + b"eq\x000"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    dtype = b"cnumpy\ndtype\n" + text("f4") + b"\x89\x88\x87R"
    return {
        "shared lists in a shape": SHAPE + b"(" + storage() + b"K\x00" + shared(60) + b")tR",
        "shared lists as a dtype": b"cnumpy\ndtype\n" + shared(60) + b"\x85R",
        "shared lists as an encoding": b"c_codecs\nencode\nK\x01" + shared(60) + b"\x86R",
        "shared lists as axes": b"cnumpy.core.numeric\n_frombuffer\n(C\x04abcd" + dtype
        + b"K\x01\x85" + text("K") + shared(60) + b"tR",
        "shared lists as a state": array + shared(60) + b"b",
        "a shape of huge integers": array + b"(K\x01(" + number(n // 4) * 4 + b"t" + dtype
        + b"\x89C\x00tb",
        "a shape of many huge integers": array + b"(K\x01(" + number(255) * (n // 255) + b"t"
        + dtype + b"\x89C\x00tb",
        "a long name again and again": name + b"\x940" + b"h\x00h\x00\x930" * (n // 4) + b"N",
        "a long name of a global again and again": (b"c" + b"m" * (n // 10) + b"\nn\n0") * 10
        + b"N",
        "many unknown names": b"".join(b"c%s%d\nn\n0" % (b"m" * 180, i) for i in range(n // 64))
        + b"N",
        "a huge integer as a key": number(n) + b"q\x000cos\nsystem\n0" + b"}h\x00Ns0" * (n // 8)
        + b"N",
        "two equal long keys": b"}" + name + b"Ns" + name + b"q\x000" + b"h\x00Ns" * (n // 5),
        "two equal long storages": storage(name) + b"0" + name + b"q\x000"
        + storage(b"h\x00") * (n // 40),
        "a long shape again and again": long_list + array + b"q\x01"
        + b"(K\x01h\x00K\x00\x89C\x00tb",
        "a long identity again and again": long_list + b"cos\nsystem\n0" + b"h\x00Q0" * (n // 4)
        + b"N",
        "a long identity": long_list + b"h\x00Q",
        "memoized": b"N" + b"\x94" * n,
        "small integers": b"](" + b"M\x00\x02" * n + b"e",
        "small strings": b"](" + b"\x8c\x02ab\x94" * (n // 2) + b"e",
        "dicts": b"](" + b"}K\x01Ns" * (n // 4) + b"e",
        "lists in lists": b"](" + b"]]a" * (n // 3) + b"e",
        "chains of lists": b"](" + (b"]" * 90 + b"a" * 89) * (n // 180) + b"e",
        "tuples": b"](" + b"N\x85\x85" * (n // 3) + b"e",
        "wide text": text("a" * n * 8 + "\U0001f600"),
        "raw text": b"V" + b"a" * n * 8 + b"\\U0001f600\n",
        "a long string of lines": b"S'" + b"a" * n * 8 + b"'\n",
        "long integers in digits": (b"L" + b"9" * 4000 + b"L\n0") * (n // 500) + b"N",
        "floats in digits": (b"F" + b"1" * 400 + b"\n0") * (n // 100) + b"N",
    }  # fmt: skip


def equal_names(n):
    """A list of storages whose names take as long to sort as they are many and long."""
    keys = b"](" + text("m" * n * 4) + b"q\x00" + b"h\x00" * (n // 3) + b"e."
    return legacy({4: b"\x80\x02" + keys})


def torch(n):
    """Name -> file of ``torch.save``."""
    deep = b"\x80\x02" + b"](" + b"K\x01" * n + b"e."
    names = {f"a/data/{i}": b"" for i in range(n // 4)}
    return {
        **{name: archive(code) for name, code in pickles(n).items()},
        "five long pickles": legacy({3: deep, 4: deep}) + deep,
        "long pickles of legacy": legacy({2: deep}),
        "equal names of storages": equal_names(n),
        "an archive of many names": archive(b"N", **names),
        "an archive of long names": archive(
            b"N", **{"a/" + "é" * 15_000 + str(i): b"" for i in range(n // 2000)}
        ),
        "many bytes left over": legacy({}) + b"\0" * n * 16,
    }


def tensors(n):
    """Name -> safetensors file."""
    named = {f"{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(n // 2)}
    return {
        "three thousand layers": tensorfile({"__metadata__": {"config": config(layers=3000)}}),
        "sizes beyond all memory": tensorfile(
            {"__metadata__": {"config": config(context=1 << 40, d_model=1 << 40)}}
        ),
        "a long context": tensorfile({"__metadata__": {"config": config(context=200_000)}}),
        "many heads": tensorfile({"__metadata__": {"config": config(heads=1 << 40)}}),
        "nested configuration": tensorfile({"__metadata__": {"config": "[" * n}}),
        "nested header": tensorfile(b"[" * n),
        "nested settings": tensorfile({"__metadata__": {"settings": "[" * n, "records": "[]"}}),
        "wide configuration": tensorfile({"__metadata__": {"config": "[" + "[]," * n + "[]]"}}),
        "many tensors": tensorfile({"__metadata__": {"config": config()}, **named}),
        "many biases": tensorfile({"__metadata__": {"config": config(biases=["x" * 9] * n)}}),
        "no settings": tensorfile({"__metadata__": {"settings": "[]", "records": "{}"}}),
        "no array": tensorfile({"__metadata__": {"config": "[]"}}),
    }


def dumps(folder, n):
    """Name -> HDF5 file of four numbers, ``a_b``, of which none is plainly there."""
    outside = folder / "outside"
    outside.write_bytes(np.ones(4, np.float32).tobytes())
    with h5py.File(folder / "other", "w") as file:
        file["a_b"] = np.ones(4, np.float32)
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource(str(folder / "other"), "a_b", (4,))
    small = {"shape": (4,), "dtype": np.float32}
    create = {
        "external data": {**small, "external": [(str(outside), 0, 16)]},
        "nothing written": small,
        "compressed": {"data": np.ones(4, np.float32), "compression": "gzip"},
        "chunks larger than memory": {**small, "maxshape": (None,), "chunks": (n * 2000,),
                                      "compression": "gzip"},
        "a trillion numbers": {"shape": (1 << 40,), "dtype": np.float32, "chunks": (1 << 20,)},
        "no numbers": {"data": np.asarray([np.nan, 1, 2, np.inf], np.float32)},
        "complex numbers": {"data": np.ones(4, np.complex64)},
        "integers": {"data": np.ones(4, np.int32)},
        "texts": {"data": [b"a" * n] * 4},
        "fields": {"data": np.zeros(4, [("x", np.float32)])},
        "references": {**small, "dtype": h5py.ref_dtype},
        "texts of any length": {**small, "dtype": h5py.string_dtype()},
        "no shape": {"data": h5py.Empty(np.float32)},
    }  # fmt: skip
    make = {
        name: (lambda file, given=given: file.create_dataset("a_b", **given))
        for name, given in create.items()
    } | {
        "a virtual data set": lambda file: file.create_virtual_dataset("a_b", layout),
        "an external link": lambda file: file.__setitem__(
            "a_b", h5py.ExternalLink(str(folder / "other"), "a_b")
        ),
        "a link to itself": lambda file: file.__setitem__("a_b", h5py.SoftLink("/a_b")),
        "a group": lambda file: file.create_group("a_b"),
        "many groups": lambda file: [file.create_group(f"{i:09}") for i in range(n // 50)],
    }
    found = {}
    for name, change in make.items():
        with h5py.File(folder / "made", "w") as file:
            change(file)
        found[name] = (folder / "made").read_bytes()
    return found


def reports(plain, arrays, n):
    """Name -> (report.json, report.npz) of a report that was altered.

    Args:
        plain: what its JSON says.
        arrays: its npz.
        n: about how many values there are more.
    """

    def changed(**changes):
        return json.dumps(plain | changes), arrays

    row = plain["rows"][0]
    deep = '{"schema": 1, "eval": ' + "[" * n + "]" * n + "}"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("losses/kl.npy", np.zeros(n * 400, np.uint8).tobytes())
    header = io.BytesIO()
    shape = {"descr": "<f4", "fortran_order": False, "shape": (1 << 36,)}
    np.lib.format.write_array_header_1_0(header, shape)
    names = {f"{i}.npy": b"" for i in range(n // 2)}
    return {
        "empty lists": ('{"schema": 1, "eval": [' + "[]," * n * 4 + "[]]}", arrays),
        "empty objects": ('{"schema": 1, "eval": [' + '{"":0},' * n * 2 + "[]]}", arrays),
        "numbers": ('{"schema": 1, "eval": [' + "1.5," * n * 4 + "1]}", arrays),
        "nested lists": (deep, arrays),
        "digits": ('{"schema": 1' + "0" * n * 4 + "}", arrays),
        "a wide text": changed(claim="a" * n * 4 + "\U0001f600"),
        "a long key over many mistakes": changed(intact={"k" * n: ["x"]}),
        "long keys over many mistakes": changed(constants={str(i) * n: {} for i in range(9)}),
        "many mistakes below a long key": changed(versions={"k" * n * 4: 1}, units=["x"] * n),
        "many rows of one name": changed(rows=[row | {"r2": [], "correlation": []}] * (n // 50)),
        "many rows": changed(
            rows=[row | {"name": str(i), "r2": [], "correlation": []} for i in range(n // 50)]
        ),
        "many unknown fields": changed(**{f"field {i}": 0 for i in range(n)}),
        "many units": changed(units=list(range(n))),
        "brackets in a source": changed(
            rows=[r | {"source": "([{" * n} for r in plain["rows"]]
        ),
        "an archive that unpacks to more": (json.dumps(plain), bomb.getvalue()),
        "an archive of many names": (json.dumps(plain), torch_files.zipped(names)),
        "an array beyond all memory": (
            json.dumps(plain),
            torch_files.zipped({"losses/kl.npy": header.getvalue() + b"1234"}),
        ),
    }  # fmt: skip


_MEASURE = """
import json, sys, time
from pathlib import Path
sys.path[:0] = [ROOT]
READER

def status(name):
    line = next(x for x in open('/proc/self/status') if x.startswith(name))
    return int(line.split()[1]) * 1024

def run(path):
    try:
        read(Path(path))
        return 'read', ''
    except BaseException as error:
        return type(error).__name__, str(error)

run('/nowhere')
for path in sys.argv[1:]:
    Path('/proc/self/clear_refs').write_text('5')  # the peak is counted anew
    begin, before = time.perf_counter(), status('VmRSS')
    kind, said = run(path)
    seconds = time.perf_counter() - begin
    print(json.dumps([seconds, status('VmHWM') - before, kind, said[:5000]]), flush=True)
"""


class Taken(NamedTuple):
    """What it took to read a file: of memory what came on top of what the process had."""

    seconds: float
    memory: int
    kind: str
    said: str

    def within(self, size):
        """Whether that is what a file of ``size`` bytes may take, and says it in short."""
        fast = self.seconds < SECONDS and self.memory < 4 * size + MEMORY
        return fast and self.kind in ("read", "ValueError") and len(self.said) < 5000


def measure(reader, paths, root=ROOT, timeout=300):
    """What each of some files takes to read, in a process of its own: as many as came to an end."""
    code = _MEASURE.replace("ROOT", repr(str(root))).replace("READER", READERS[reader])
    command = [sys.executable, "-c", code, *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        out = done.stdout
    except subprocess.TimeoutExpired as late:
        out = (late.stdout or b"").decode()
    return [Taken(*json.loads(line)) for line in out.splitlines()]


def write(folder, attacks):
    """Name -> path and size of files, or of folders with a report."""
    found = {}
    for i, (name, content) in enumerate(attacks.items()):
        path = folder / f"attack{i}"
        if isinstance(content, bytes):
            path.write_bytes(content)
            found[name] = path, len(content)
        else:
            path.mkdir()
            (path / "report.json").write_text(content[0])
            (path / "report.npz").write_bytes(content[1])
            found[name] = path, len(content[0]) + len(content[1])
    return found


def saved():
    """A small report as it is on disk."""
    with tempfile.TemporaryDirectory() as folder:
        report_files.report(n=12, draws=100).save(folder, figures=False)
        files = pathlib.Path(folder)
        plain = json.loads((files / "report.json").read_text())
        return plain, (files / "report.npz").read_bytes()


def main(reader, count, root):
    """Print what each attack takes."""
    folder, n = pathlib.Path(tempfile.mkdtemp()), int(count)
    attacks = {
        "torch": lambda: torch(n), "weights": lambda: tensors(n), "state": lambda: tensors(n),
        "hdf5": lambda: dumps(folder, n), "report": lambda: reports(*saved(), n),
        "pickle": lambda: {k: b"\x80\x04" + v + b"." for k, v in pickles(n).items()},
    }[reader]()  # fmt: skip
    for name, (path, size) in write(folder, attacks).items():
        found = measure(reader, [path], root, timeout=20) or [Taken(20.0, 0, "stalled", "")]
        taken = found[0]
        mark = "" if taken.within(size) else "BAD"
        print(
            f"{mark:3} {reader:8}{name:42}{size / 1e6:9.3f} MB {taken.seconds:7.2f} s "
            f"{taken.memory / 1e6:8.1f} MB {taken.kind:12} {taken.said[:70]!r}", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:3], root=sys.argv[3] if len(sys.argv) > 3 else ROOT)
