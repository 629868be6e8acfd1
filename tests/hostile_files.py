"""Files that are made to stall who reads them, or to eat memory, and what reading one takes.

Each attack has a size: tests make small ones, ``python tests/hostile_files.py`` the largest that
hurt, and prints what each takes.
"""

import json
import pathlib
import pickle
import resource
import struct
import subprocess
import sys
import tempfile

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
    "report": "from aann.report.report import Report\n"
    "def read(path):\n"
    "    report = Report.load(path)\n"
    "    return str(report), repr(report), report.markdown(), report.html()",
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


def _settled(code, n):
    """A tuple that is built again and again from one long string or number."""
    return code + b"q\x000" + n


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
        + b"(K\x01h\x00" + dtype + b"\x89C\x00tb" * 1
        + b"".join([b"(K\x01h\x00K\x00\x89C\x00tb"] * 1) + b"",
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


def measure(reader, path):
    """Seconds, peak bytes beyond the imports, kind, length and text of the error."""
    code = f"""
import resource, sys, time
from pathlib import Path
sys.path[:0] = [{str(ROOT)!r}]
{READERS[reader]}
def peak():
    line = next(x for x in open('/proc/self/status') if x.startswith('VmHWM'))
    return int(line.split()[1]) * 1024
def warm():
    try: read(Path({str(path)!r} + '.none'))
    except Exception: pass
warm()
begin, before = time.perf_counter(), peak()
try:
    read(Path({str(path)!r})); kind, said = 'read', ''
except BaseException as error:
    kind, said = type(error).__name__, str(error)
seconds = time.perf_counter() - begin
print(seconds, peak() - before, kind, len(said), repr(said[:150]))
"""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30)),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 20.0, -1, "stalled", 0, ""
    if done.returncode:
        return 0.0, -1, f"exit {done.returncode}", 0, done.stderr[-200:]
    seconds, memory, kind, length, said = done.stdout.strip().split(" ", 4)
    return float(seconds), int(memory), kind, int(length), said


def main(only):
    folder = pathlib.Path(tempfile.mkdtemp())
    n = int(only[1]) if len(only) > 1 else 250_000
    groups = {"torch": torch(n), "weights": tensors(n), "state": tensors(n)}
    for reader, attacks in groups.items():
        if only and only[0] not in (reader, "all"):
            continue
        for name, content in attacks.items():
            path = folder / "file"
            path.write_bytes(content)
            seconds, memory, kind, length, said = measure(reader, path)
            bad = (
                "BAD"
                if (
                    seconds > SECONDS
                    or memory > 4 * len(content) + MEMORY
                    or memory < 0
                    or kind not in ("read", "ValueError", "OSError")
                    or length > 2000
                )
                else ""
            )
            print(
                f"{bad:3} {reader:8}{name:42}{len(content) / 1e6:9.3f} MB {seconds:7.2f} s "
                f"{memory / 1e6:8.1f} MB {kind:12} {length:9,} {said[:90]}",
                flush=True,
            )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
