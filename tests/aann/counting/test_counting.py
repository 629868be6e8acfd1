"""Ways to know more than one says: each is counted in full, or refused.

Every attack brings N numbers along: those of ``COUNTED`` count as so many, those of ``FORBIDDEN``
raise. Each is tried as a program for JAX and for the host.

Serves ``bytecode``, ``content``, ``objects``, ``source``, ``text``, ``traced`` too.
"""

# ruff: noqa: B008, C408, SIM115

import base64
import collections
import decimal
import enum
import functools
import inspect
import math
import os
import pathlib
import sys
import time
import types
import warnings
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.interpolate
from toys import WIDTH, batch, mlp_model

import aann
from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.counting.complexity import measure
from aann.program.outside import LooksOutsideError, call

N = 48
READS = [jax.ShapeDtypeStruct((1, WIDTH), jnp.float32)]
SECRET = np.random.default_rng(3).normal(size=N).round(3).astype(np.float32)
LISTED = SECRET.tolist()
TEXT = ",".join(map(str, LISTED))
PACKED = base64.b64encode(SECRET.tobytes()).decode()
HUGE = int.from_bytes(SECRET.tobytes())
KEYED = {x: i for i, x in enumerate(LISTED)}
FROZEN = frozenset(LISTED)
RECORDS = np.zeros(N, dtype=[("a", "f4")])
RECORDS["a"] = SECRET
STRINGS = np.array([str(x) for x in LISTED])
QUEUE = collections.deque(LISTED)
OBJECTS = np.array([np.float32(x) for x in LISTED], dtype=object)
WORDS = types.SimpleNamespace(**{f"w{i}": "abcdefghijklmnopqrstuvwxyzabcdefgh"[i:] + str(i % 9)
                                 for i in range(N)})  # fmt: skip
helpers = types.ModuleType("helpers")
helpers.table = SECRET
helpers.width = 3.5
sys.modules["helpers_with_a_table"] = helpers


class Holder:
    """A table as a class attribute, behind a method, and in instances."""

    table = SECRET
    gain = 1.5

    def __init__(self, values=()):
        self.values = values

    def scale(self, x):
        return x * self.table.sum()

    def __call__(self, x, c):
        return self.scale(x[:, :1])

    @property
    def hidden(self):
        return SECRET


class Named(dict):
    """A dict with attributes."""


class Slots:
    __slots__ = ("values",)

    def __init__(self):
        self.values = SECRET


class Bits(enum.Enum):
    A = tuple(LISTED)


DECIMALS = [decimal.Decimal(str(v)) for v in LISTED]
SPLINE = scipy.interpolate.CubicSpline(np.arange(float(N)), SECRET)
SETTINGS = {f"setting_{letter}": 0.5 for letter in "abcdefghijk"}
NAMED = Named(a=1)
NAMED.rest = LISTED
PLAIN, FULL, SLOTS = Holder(), Holder(LISTED), Slots()


def made(program, host=False, **constants):
    return aann.make(
        program, model="toy", site="m", units=(0,), reads=("h",), constants=constants, host=host,
        name="p",
    )  # fmt: skip


def count(program, host=False, **constants):
    return measure(made(program, host, **constants), READS).constants


def total(values):
    return float(np.asarray(list(values), np.float64).sum())


def closed_over(table=SECRET):
    return lambda x, c: x[:, :1] * table.sum()


def decorated(gain):
    """A decorator whose wrapper knows what its argument does not show."""

    def wrap(function):
        @functools.wraps(function)
        def program(x, c):
            return function(x, c) * gain.sum()

        return program

    return wrap


@decorated(SECRET)
def wrapped(x, c):
    return x[:, :1]


def with_default(x, c, table=SECRET):
    return x[:, :1] * table.sum()


def default_of_a_local():
    scales = [float(v) for v in LISTED]
    a, b, d = scales[:3]

    def program(x, c, a=a, b=b, d=d, *, rest=scales):
        return x[:, :1] * (a + b + d + total(rest))

    return program


def default_iterator(x, c, values=iter(LISTED)):
    return x[:, :1] * total(values)


def attribute(x, c):
    return x[:, :1] * attribute.table.sum()


attribute.table = SECRET


def attribute_by_getattr(x, c):
    return x[:, :1] * getattr(attribute_by_getattr, "ta" + "ble").sum()


attribute_by_getattr.table = SECRET


def through_a_helper(x, c):
    return helper_of(x, SECRET)


def helper_of(x, table):
    return x[:, :1] * table.sum()


def shadowed(x, c):
    one = lambda SECRET: SECRET + 1.0  # noqa: E731
    return one(x[:, :1]) * SECRET.sum()


def text(x, c):
    return x[:, :1] * total(map(float, TEXT.split(",")))


def base64_text(x, c):
    return x[:, :1] * total(np.frombuffer(base64.b64decode(PACKED), np.float32))


def huge(x, c):
    return x[:, :1] * total(np.frombuffer(HUGE.to_bytes(4 * N), np.float32))


def words(x, c):
    return x[:, :1] * total(len(getattr(WORDS, f"w{i}")) for i in range(N))


def module(x, c):
    return x[:, :1] * getattr(helpers, "ta" + "ble").sum()


def imported(x, c):
    import helpers_with_a_table as other

    return x[:, :1] * other.table.sum()


def imported_from(x, c):
    from helpers_with_a_table import table

    return x[:, :1] * table.sum()


def on_a_library(x, c):
    return x[:, :1] * np.my_table.sum()


np.my_table = SECRET


def class_attribute(x, c):
    return x[:, :1] * Holder.table.sum()


def whole_class(x, c):
    return x[:, :1] * getattr(Holder, "ta" + "ble").sum()


def method(x, c):
    return PLAIN.scale(x[:, :1])


def instance(x, c):
    return x[:, :1] * total(getattr(FULL, "val" + "ues"))


def property_of(x, c):
    return x[:, :1] * PLAIN.hidden.sum()


def slots(x, c):
    return x[:, :1] * SLOTS.values.sum()


def members(x, c):
    return x[:, :1] * total(Bits.A.value)


def keys_of_a_dict(x, c):
    return x[:, :1] * total(KEYED)


def keyword_names(x, c):
    names = dict(
        qwertyuiopasdfghjklzxcvbnmqwertyuiopasdf=0, asdfghjklzxcvbnmqwertyuiopasdfghjklzxcvb=0,
        zxcvbnmqwertyuiopasdfghjklzxcvbnmqwertyu=0, poiuytrewqlkjhgfdsamnbvcxzpoiuytrewqlkjh=0,
        lkjhgfdsamnbvcxzpoiuytrewqlkjhgfdsamnbvc=0, mnbvcxzpoiuytrewqlkjhgfdsamnbvcxzpoiuytr=0,
        qazwsxedcrfvtgbyhnujmikolpqazwsxedcrfvtg=0, wsxedcrfvtgbyhnujmikolpqazwsxedcrfvtgbyh=0,
        edcrfvtgbyhnujmikolpqazwsxedcrfvtgbyhnuj=0, rfvtgbyhnujmikolpqazwsxedcrfvtgbyhnujmik=0,
        tgbyhnujmikolpqazwsxedcrfvtgbyhnujmikolp=0, yhnujmikolpqazwsxedcrfvtgbyhnujmikolpqaz=0,
        ujmikolpqazwsxedcrfvtgbyhnujmikolpqazwsx=0, ikolpqazwsxedcrfvtgbyhnujmikolpqazwsxedc=0,
        olpqazwsxedcrfvtgbyhnujmikolpqazwsxedcrf=0, plokmijnuhbygvtfcrdxeszwaqplokmijnuhbygv=0,
    )  # fmt: skip
    return x[:, :1] * sum(ord(letter) for name in names for letter in name)


def bools(x, c):
    flags = [True, False, True, True, False, False, True, False, True, True, True, True, False,
             True, True, False, True, True, True, False, False, True, False, True, True, False,
             True, False, False, True, False, True, True, False, True, True, True, False, True,
             False, True, True, False, True, False, False, True, True]  # fmt: skip
    return x[:, :1] * sum(2.0**-i for i, flag in enumerate(flags) if flag)


def inner_decorator(x, c):
    @functools.partial(decorated, SECRET)()
    def inner(x, c):
        return x[:, :1]

    return inner(x, c)


def walrus(x, c):
    def inner(y: (gain := SECRET)):
        return y * gain.sum()

    return inner(x[:, :1])


def of_a_model(x, c, model=mlp_model()):
    return model.apply(model.params, x)[:, :1]


def exported():
    run = jax.export.export(jax.jit(lambda x: x[:, :1] * jnp.asarray(SECRET).sum()))(READS[0])
    return lambda x, c: run.call(x)


def a_jaxpr():
    closed = jax.make_jaxpr(lambda x: x[:, :1] * jnp.asarray(SECRET).sum())(*READS)
    return lambda x, c: jax.core.eval_jaxpr(closed.jaxpr, closed.consts, x)[0]


def not_its_source():
    scope = {"SECRET": LISTED}
    numbers = " + ".join(map(repr, LISTED))
    lines = "\n" * (wrapped.__wrapped__.__code__.co_firstlineno)
    exec(compile(f"{lines}def wrapped(x, c): return x[:, :1] * (x[0, 0] + {numbers})", __file__,
                 "exec"), scope)  # fmt: skip
    return scope["wrapped"]


class Disguised:
    """It says that it is NumPy's."""

    __module__ = "numpy"
    table = LISTED


def disguised(name="numpy.secret"):
    """A function of a module that calls itself a library's."""
    scope = {"__name__": name, "table": LISTED}
    exec("def program(x, c): return x[:, :1] * sum(table)", scope)
    return scope["program"]


def many(*values):
    """N programs' worth of numbers in N closures."""
    return functools.reduce(
        lambda inner, v: lambda x, c: inner(x, c) * v, values, lambda x, c: x[:, :1]
    )


COUNTED = {
    "closure": closed_over(),
    "wraps": wrapped,
    "default": with_default,
    "default of a local": default_of_a_local(),
    "function attribute": attribute,
    "function attribute by getattr": attribute_by_getattr,
    "helper": through_a_helper,
    "shadowed": shadowed,
    "text": text,
    "base64": base64_text,
    "huge integer": huge,
    "words": words,
    "whole module": module,
    "import": imported,
    "import from": imported_from,
    "on a library": on_a_library,
    "class attribute": class_attribute,
    "whole class": whole_class,
    "method": method,
    "instance": instance,
    "property": property_of,
    "slots": slots,
    "enum": members,
    "dict keys": keys_of_a_dict,
    "keyword names": keyword_names,
    "bools": bools,
    "inner decorator": inner_decorator,
    "annotation": walrus,
    "callable object": Holder(),
    "partial": functools.partial(lambda table, x, c: x[:, :1] * table.sum(), SECRET),
    "nested partial": jax.vmap(
        functools.partial(lambda table, x, c: x[:1] * table.sum(), SECRET), in_axes=(0, None)
    ),
    "lru_cache": lambda x, c, f=functools.cache(lambda: SECRET): x[:, :1] * f().sum(),
    "closures": many(*LISTED),
    "bound method": lambda x, c, at=SECRET.__getitem__: x[:, :1] * sum(at(i) for i in range(N)),
    "set": lambda x, c, values=FROZEN: x[:, :1] * total(values),
    "deque": lambda x, c, values=QUEUE: x[:, :1] * total(values),
    "iterator": default_iterator,
    "attributes of a dict": lambda x, c: x[:, :1] * total(getattr(NAMED, "re" + "st")),
    "decimals": lambda x, c: x[:, :1] * total(DECIMALS),
    "spline": lambda x, c: x[:, :1] * float(SPLINE(0.5)),
    "records": lambda x, c: x[:, :1] * RECORDS["a"].sum(),
    "array of text": lambda x, c: x[:, :1] * total(map(float, STRINGS)),
    "array of objects": lambda x, c: x[:, :1] * total(OBJECTS),
    "compressed": lambda x, c, z=zlib.compress(SECRET.tobytes()): (
        x[:, :1] * total(zlib.decompress(z))
    ),
    "not its source": not_its_source(),
    "disguised function": disguised(),
    "disguised class": lambda x, c: x[:, :1] * total(getattr(Disguised(), "ta" + "ble")),
    "another replacement": lambda x, c, r=made(closed_over()): r.program(x, c),
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_brought_along_counts(name):
    assert count(COUNTED[name], host=True) >= N - 1
    if name != "not its source":
        assert count(COUNTED[name]) >= N - 1


@pytest.mark.parametrize(
    "program",
    [
        lambda x, c: x[:, :1] * jnp.asarray(SECRET).sum(),
        of_a_model,
        exported(),
        a_jaxpr(),
        lambda x, c: x[:, :1] * jax.vmap(jax.random.normal)(jax.random.wrap_key_data(KEYS)).sum(),
    ],
)
def test_what_jax_brings_along_counts(program):
    assert count(program) >= N


KEYS = jnp.asarray(np.arange(2 * N).reshape(N, 2), jnp.uint32)


def reads_file(x, c):
    return x[:, :1] * np.load(path_of()).sum()


def path_of():
    return PATH[0]


PATH = [""]
FORBIDDEN = {
    "open": (lambda x, c: x[:, :1] * len(open(PATH[0], "rb").read()), r"calls open\(\)"),
    "pathlib": (lambda x, c: x[:, :1] * len(pathlib.Path(PATH[0]).read_bytes()), "uses pathlib"),
    "environment": (lambda x, c: x[:, :1] * float(os.environ["X"]), "uses os"),
    "closed over the environment": (lambda x, c, e=os.environ: len(e) * x[:, :1], "holds a os"),
    "clock": (lambda x, c: x[:, :1] * time.time(), "uses time"),
    "closed over the clock": (lambda x, c, now=time.time: x[:, :1] * now(), "uses time"),
    "modules": (lambda x, c: x[:, :1] * sys.modules["helpers"].table.sum(), "uses sys"),
    "through a library": (lambda x, c: np.f2py.os.getpid() * x[:, :1], "uses np.f2py.os"),
    "source": (lambda x, c: x[:, :1] * len(inspect.getsource(count)), "uses inspect"),
    "docstring": (lambda x, c: x[:, :1] * len(count.__doc__ or ""), r"its own text.*__doc__"),
    "by getattr": (lambda x, c: x[:, :1] * len(getattr(count, "__doc__")), r"__doc__"),  # noqa: B009
    "annotations": (lambda x, c: x[:, :1] * len(count.__annotations__), "__annotations__"),
    "globals": (lambda x, c: x[:, :1] * globals()["SECRET"].sum(), r"calls globals\(\)"),
    "eval": (lambda x, c: x[:, :1] * eval("1"), r"calls eval\(\)"),
    "import": (lambda x, c: x[:, :1] * __import__("helpers").table.sum(), r"calls __import__\(\)"),
    "generator": (lambda x, c, g=(v for v in LISTED): x[:, :1] * sum(g), "holds a generator"),
    "frompyfunc": (lambda x, c, f=np.frompyfunc(LISTED.index, 1, 1): f(0) * x, "holds a ufunc"),
    "a compiled program": (
        lambda x, c, f=jax.jit(jnp.sin).lower(1.0).compile(): x[:, :1] * f(1.0), "holds a jax"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_looks_outside_is_refused(name):
    program, match = FORBIDDEN[name]
    for host in (False, True):
        with pytest.raises(LooksOutsideError, match=match):
            count(program, host)


def lists_folder(x, c, scan=os.scandir):
    return x[:, :1]


def test_imports_of_compiled_code_count():
    scope = {}
    exec(
        "def program(x, c):\n import helpers_with_a_table as h\n return x[:, :1] * h.table[0]",
        scope,
    )
    assert count(scope["program"], host=True) >= N


def test_imports_of_doors_are_refused():
    def program(x, c):
        import subprocess as tool
        from os import environ

        return x[:, :1] * len(tool.run(environ["X"], check=True))

    with pytest.raises(LooksOutsideError, match="imports subprocess; imports os") as caught:
        count(program)
    assert "load or compute it outside of the function" in str(caught.value)
    with pytest.raises(LooksOutsideError, match=r"uses posix.scandir"):
        count(lists_folder)


def test_files_are_refused_while_it_is_traced_or_runs(tmp_path, caplog):
    """Where the source does not show it: NumPy opens the file."""
    PATH[0] = str(tmp_path / "table.npy")
    np.save(PATH[0], SECRET)
    model = mlp_model()
    with pytest.raises(LooksOutsideError, match=r"program 'p' at site 'm' looks outside.*open\("):
        count(reads_file)
    with pytest.raises(LooksOutsideError, match="table.npy"):
        jax.jit(aann.splice(model, made(reads_file)))(batch())
    with pytest.raises(LooksOutsideError, match="table.npy"):
        aann.splice(model, made(reads_file, host=True))(batch())
    with pytest.raises(RuntimeError, match="LooksOutsideError.*table.npy"):
        jax.block_until_ready(jax.jit(aann.splice(model, made(reads_file, host=True)))(batch()))
    bench = workbench(model, made(closed_over()), batch_size=4)
    with pytest.raises(LooksOutsideError, match=r"calls open\(\)"):
        check_programs(bench, [(made(FORBIDDEN["open"][0]),)])
    assert len(np.load(PATH[0])) == N, "outside of programs files open as ever"


def test_jax_may_keep_what_it_compiles_and_warnings_may_show_source(tmp_path):
    path = tmp_path / "kept"
    path.write_text("compiled")
    import jax._src.compilation_cache as real

    reads = types.FunctionType((lambda path: open(path).close()).__code__, vars(real))
    call("p", reads, path)
    pretends = types.FunctionType(reads.__code__, {**vars(real)})
    with pytest.raises(LooksOutsideError, match="kept"):
        call("p", pretends, path)
    with pytest.warns(UserWarning, match="shown"):
        call("p", lambda: warnings.warn("shown", stacklevel=1))


def sneaks(x, c):
    """A module that no statement names."""
    return x[:, :1] * np.lib.format.__builtins__["__import__"]("not_yet_imported").table.sum()


def test_imports_at_run_time_are_refused(tmp_path, monkeypatch):
    (tmp_path / "not_yet_imported.py").write_text("import numpy as np\ntable = np.ones(99)\n")
    monkeypatch.syspath_prepend(tmp_path)
    for host in (False, True):
        with pytest.raises(LooksOutsideError, match=r"looks outside.*import\('not_yet_imported'\)"):
            aann.splice(mlp_model(), made(sneaks, host)).__call__(batch()) if host else jax.jit(
                aann.splice(mlp_model(), made(sneaks))
            )(batch())
    with pytest.raises(LooksOutsideError, match="__builtins__"):
        count(sneaks)


def test_numbers_that_only_the_trace_shows_count_when_there_are_many():
    sneaky = np.linspace(0.1, 0.9, N).tolist()
    np.lib.format.sneaky = types.SimpleNamespace(values=sneaky)

    def program(x, c):
        total = x[:, :1]
        for i in range(N):
            total = total * getattr(np.lib.format, "sneaky").values[i]  # noqa: B009
        return total

    try:
        assert count(program) >= N
    finally:
        del np.lib.format.sneaky


def test_reading_the_site_or_what_lies_below_is_refused():
    with pytest.raises(ValueError, match="the very site that it replaces"):
        aann.make(lambda m, c: m, model="toy", site="m", units=(0,), reads=("m",), host=True)
    below = aann.make(lambda y, c: y[:, :1], model="toy", site="m", units=(0,), reads=("logits",))
    with pytest.raises(ValueError, match="logits"):
        workbench(mlp_model(), below, batch_size=4)


def unrolled(x, c):
    """Honest: loops, jnp's own constants, arithmetic of few numbers, words."""
    total = jnp.zeros((len(x), 1))
    for i in range(x.shape[1]):
        total = total + jnp.einsum("b,->b", x[:, i], jnp.cos(2 * jnp.pi * i / 7))[:, None]
    return jax.nn.gelu(total) + jax.nn.softplus(total) * jnp.deg2rad(c.a)


def random_projection(x, c):
    return x @ jax.random.normal(jax.random.key(17), (x.shape[1], 1))


def one_attribute(x, c):
    return x[:, :1] * Holder.gain * helpers.width


def from_a_dict(x, c):
    return x[:, :1] * SETTINGS["setting_a"] * float(HALF)


HALF = decimal.Decimal("0.5")


def by_name(x, c):
    return x[:, :1] * c["a"] * getattr(c, "b") + math.pi  # noqa: B009


@pytest.mark.parametrize(
    ("program", "constants", "expected"),
    [
        (unrolled, {"a": 3.0}, 2),  # a, 7
        (random_projection, {}, 1),  # the seed
        (one_attribute, {}, 2),
        (by_name, {"a": 1.0, "b": 2.0}, 2),
        (from_a_dict, {}, 12),  # a dict is named whole
        (jax.jit(unrolled), {"a": 3.0}, 2),
        (jax.checkpoint(random_projection), {}, 1),
    ],
)
def test_honest_programs_count_what_they_say(program, constants, expected):
    assert count(program, **constants) == expected


def long_text(x, c):
    return x[:, :1] * total(map(ord, "Lorem ipsum dolor sit amet, consectetur adipiscing elit sed"))


def test_bits_of_text_are_what_it_compresses_to():
    rng = np.random.default_rng(0)
    noise = base64.b85encode(rng.bytes(3000)).decode()
    dull = "ab" * 1875

    def bits(value):
        def program(x, c):
            return x[:, :1] * len(value)

        return measure(made(program), READS).bits

    empty = bits("")
    assert bits(dull) - empty < 8 * 60
    assert 0.95 * 8 * 3000 < bits(noise) - empty < 1.25 * 8 * 3000
    assert measure(made(long_text), READS).bits > measure(made(lambda x, c: x[:, :1]), READS).bits
