"""Serves ``digest`` too."""

import dataclasses
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import resumable
from resumable import BATCH, data, forward, model, replacement

import aann
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.store import key
from aann.store.digest import digest

FACTOR = {"value": 1.0}


def bench(chosen=None, program=None, size=BATCH):
    return workbench(chosen or model(), program or replacement(), size)


def halved(params, tokens):
    """The same weights, another architecture."""
    return aann.site("logits", forward(params, tokens) / 2)


def other_weights():
    found = model()
    return dataclasses.replace(found, params={**found.params, "out": -found.params["out"]})


def closing_over(array):
    return model(apply=lambda p, x: forward(p, x) + array[None])


def helper(h):
    return h[:, :2]


def written_out(tokens, h, c):
    return c.gain * h[:, :2]


def with_helper(tokens, h, c):
    return c.gain * helper(h)


def with_global(tokens, h, c):
    return c.gain * h[:, :2] * FACTOR["value"]


def with_table(table):
    return lambda tokens, h, c: c.gain * h[:, :2] + jnp.asarray(table)[None]


def placed(**changes):
    return dataclasses.replace(replacement(), **changes)


def unmarked(params, tokens):
    """Like the toy, with a second mark to read."""
    h = jnp.tanh(params["embed"][tokens].reshape(len(tokens), -1))
    h = aann.site("h2", aann.site("h", h))
    m = aann.site("m", jax.nn.relu(h @ params["in"]))
    return aann.site("logits", m @ params["out"] + h[:, :5])


PREFIXES = {
    "as it is": bench,
    "weights": lambda: bench(other_weights()),
    "architecture": lambda: bench(model(apply=halved)),
    "marks": lambda: bench(model(apply=unmarked)),
    "closed over": lambda: bench(closing_over(np.zeros(5, np.float32))),
    "closed over, other values": lambda: bench(closing_over(np.ones(5, np.float32))),
    "batch size": lambda: bench(size=BATCH + 1),
    "site": lambda: bench(program=placed(site="logits", reads=("input", "h"))),
    "reads": lambda: bench(program=placed(reads=("input", "input"))),
}

PROGRAMS = {
    "as it is": replacement,
    "constants": lambda: replacement(gain=0.25),
    "another source": lambda: replacement(written_out),
    "a helper": lambda: replacement(with_helper),
    "a global": lambda: replacement(with_global),
    "a table": lambda: replacement(with_table(np.arange(2, dtype=np.float32))),
    "another table": lambda: replacement(with_table(np.ones(2, np.float32))),
    "units": lambda: placed(units=(0, 2)),
    "units, another order": lambda: placed(units=(2, 1)),
    "positions": lambda: placed(positions=(0, 1), position_axis=1),
    "basis": lambda: placed(basis=np.eye(4)),
    "another basis": lambda: placed(basis=np.eye(4)[:, ::-1].copy()),
}


def program_key(program):
    here = bench()
    return key.of_program(program, here.reads[0])


def test_anything_that_the_prefix_depends_on_gives_another_key():
    keys = {name: key.of_prefix(make()) for name, make in PREFIXES.items()}
    assert len(set(keys.values())) == len(PREFIXES)
    assert key.of_prefix(bench()) == keys["as it is"]
    other = bench(program=replacement(gain=3.0))
    assert key.of_prefix(other) == keys["as it is"], "programs at one place share their prefix"
    assert key.of_bench(other) != key.of_bench(bench())


def test_anything_that_a_program_depends_on_gives_another_key(monkeypatch):
    keys = {name: program_key(make()) for name, make in PROGRAMS.items()}
    assert len(set(keys.values())) == len(PROGRAMS)
    assert program_key(replacement()) == keys["as it is"]
    assert program_key(dataclasses.replace(replacement(), name="other")) == keys["as it is"]
    monkeypatch.setitem(FACTOR, "value", 2.0)
    assert program_key(PROGRAMS["a global"]()) != keys["a global"]
    monkeypatch.setitem(globals(), "helper", lambda h: h[:, 1:3])
    assert program_key(PROGRAMS["a helper"]()) != keys["a helper"]


def test_names_order_contents_and_labels_of_the_data_count():
    whole = data()
    order = list(range(len(whole)))[::-1]
    chosen = [
        whole,
        aann.split(whole)[0],
        whole.take(order),
        whole.take(order[1:]),
        dataclasses.replace(whole, labels=None),
        dataclasses.replace(whole, labels=whole.labels[::-1].copy()),
        dataclasses.replace(whole, digests=whole.digests[::-1]),
        dataclasses.replace(whole, names=whole.names[::-1]),
    ]
    assert len({key.of_examples(examples) for examples in chosen}) == len(chosen)
    assert key.of_examples(data()) == key.of_examples(whole)


def test_what_rows_were_fitted_to_counts():
    here = bench()
    zeros, ones = jnp.zeros((2,)), jnp.ones((2,))
    program = here.replacements[0]
    rows = [
        [],
        [Row("mean", "ablation", ablation.constant, zeros)],
        [Row("mean", "ablation", ablation.constant, ones)],
        [Row("mean", "ablation", ablation.resample, ones)],
        [Row("mean", "ablation", ablation.resample, (ones, ones))],
        [Row("guess", "program", ablation.program, program=program)],
        [Row("guess", "program", ablation.program, program=program.with_constants(gain=2.0))],
        [Row("zero", "ablation", ablation.zero)] * 2,
    ]
    assert len({key.of_rows(here, chosen) for chosen in rows}) == len(rows)


@pytest.mark.parametrize("name", ["jax", "jaxlib", "numpy"])
def test_versions_of_libraries_count(name, monkeypatch):
    before = key.of_machine(aann.Machine())
    version = key.version
    monkeypatch.setattr(key, "version", lambda n: "0" if n == name else version(n))
    assert key.of_machine(aann.Machine()) != before


def test_code_version_devices_and_settings_count(monkeypatch, tmp_path):
    keys = [key.of_machine(aann.Machine())]
    assert key.of_machine(aann.Machine(cache=tmp_path, resume=True, memory=1)) == keys[0]
    mesh = jax.make_mesh((1,), ("examples",), axis_types=(jax.sharding.AxisType.Auto,))
    keys.append(key.of_machine(aann.Machine(mesh=mesh)))
    with jax.default_matmul_precision("highest"):
        keys.append(key.of_machine(aann.Machine()))
    for name, value in [("__version__", "0"), ("_own_code", lambda: "other")]:
        with monkeypatch.context() as patch:
            patch.setattr(key, name, value)
            keys.append(key.of_machine(aann.Machine()))
    monkeypatch.setenv("XLA_FLAGS", "--xla_of_some_kind")
    keys.append(key.of_machine(aann.Machine()))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", ["a.py", "wing/a.py"])
def test_code_that_changes_changes_the_key(tmp_path, name):
    (tmp_path / "wing").mkdir()
    (tmp_path / name).write_text("x = 1")
    before = key.code_of(tmp_path)
    key.code_of.cache_clear()
    (tmp_path / name).write_text("x = 2")
    assert key.code_of(tmp_path) != before


def test_callbacks_to_the_host_are_never_recognised():
    def on_host(tokens, h, c):
        like = jax.ShapeDtypeStruct((len(h), 2), jnp.float32)
        return jax.pure_callback(lambda x: np.asarray(x)[:, :2], like, h)

    for program in (replacement(on_host), placed(program=lambda *_: 0, host=True)):
        assert program_key(program) != program_key(program)


def test_random_keys_and_bytecode_have_keys():
    names = {"jax": jax}
    exec("def noisy(tokens, h, c):\n  return h[:, :2] + jax.random.normal(K, (len(h), 2))", names)
    found = []
    for seed in (0, 0, 1):
        names["K"] = jax.random.key(seed)
        found.append(program_key(replacement(names["noisy"])))
    assert found[0] == found[1] != found[2]


def test_the_key_is_the_same_in_another_process():
    code = (
        f"import sys; sys.path.insert(0, {str(resumable.SCRIPT.parent)!r})\n"
        "import resumable; from aann.store import key; from aann.bench.workbench import workbench\n"
        "def table(n): return lambda tokens, h, c: c.gain * h[:, :2] * n\n"
        "b = workbench(resumable.model(), resumable.replacement(table(0.3)), 8)\n"
        "print(key.of_bench(b), key.of_examples(resumable.data()))"
    )
    done = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert done[0] == done[1]
    assert len(done[0].split()) == 2


def test_equal_bytes_of_another_kind_have_another_digest():
    alike = [
        ["ab", "c"], ["a", "bc"], [["a", "b"], "c"], "abc", b"abc", None, 1, True, 1.0, "1",
        np.ones(1), np.ones(1, np.float32), np.ones((1, 1)), np.float32(1), {"a": 1}, ["a", 1],
        np.zeros(0), np.zeros((0, 1)), jnp.ones(1, jnp.bfloat16),
    ]  # fmt: skip
    assert len({digest(x) for x in alike}) == len(alike)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    with pytest.raises(TypeError, match="a key is made of plain data, got object"):
        digest(object())
