"""What is shown and counted is what ran, however its file has changed since."""

import importlib.util
import linecache
import os
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from toys import WIDTH

import aann
from aann.counting.complexity import measure
from aann.counting.reach import written
from aann.counting.recompiled import file_of, tree_of

READS = [jax.ShapeDtypeStruct((1, WIDTH), jnp.float32)]
PROGRAM = "def prog(x, c):\n    return x[:, :1] * 0.5\n"
LONGER = "def prog(x, c):\n    return x[:, :1] * 0.5 + x[:, 1:2] * 0.25 - 0.75\n"
STANDS_IN = "# prog: no source text that compiles to the code that runs"


def imported(path, text):
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save(path, text):
    """As an editor does; the time differs, so that Python's cache of lines looks again."""
    path.write_text(text)
    os.utime(path, (1, 1))


def constants(program):
    made = aann.make(program, model="toy", site="m", units=(0,), reads=("h",), name="p")
    return measure(made, READS).constants


def test_a_file_edited_while_python_runs_is_not_what_ran(tmp_path):
    path = tmp_path / "mine.py"
    prog = imported(path, PROGRAM).prog
    assert written([prog]) == PROGRAM.strip()
    assert constants(prog) == 1
    save(path, LONGER)
    assert written([prog]).startswith(STANDS_IN)
    assert constants(prog) == 1
    save(path, PROGRAM)
    assert written([prog]) == PROGRAM.strip()


@pytest.mark.parametrize(
    "text",
    [
        PROGRAM.replace("0.5", "0.25"),
        PROGRAM.replace("0.5", "(0.5 + x)"),
        PROGRAM.replace("x[:, :1] * 0.5", "0.5 * x[:, :1]"),
        PROGRAM.replace("1]", "True]"),
        PROGRAM.replace("prog", "prig"),
        PROGRAM.replace("(x, c)", "(x, c=None, *, d=3.5)"),
        "def f():\n" + PROGRAM.replace("def", "  def"),
        "",
        "def prog(",
        "x\0",
    ],
)
def test_whatever_an_edit_changes_the_compiled_code_stands_in(tmp_path, text):
    path = tmp_path / "mine.py"
    prog = imported(path, PROGRAM).prog
    save(path, text)
    assert written([prog]).startswith(STANDS_IN)
    path.unlink()
    assert written([prog]).startswith(STANDS_IN)


def test_code_that_moved_within_its_file_is_found(tmp_path):
    path = tmp_path / "mine.py"
    prog = imported(path, PROGRAM).prog
    save(
        path,
        f"import os\n\n\nclass A:\n    {PROGRAM.replace(chr(10), chr(10) + '    ')}\n{PROGRAM}",
    )
    assert written([prog]) == PROGRAM.strip()


def test_helpers_and_modules_that_are_loaded_again(tmp_path, monkeypatch):
    path = tmp_path / "loaded_again.py"
    monkeypatch.syspath_prepend(tmp_path)
    text = "def helper(x):\n    return x * 0.5\n\n\ndef prog(x, c):\n    return helper(x[:, :1])\n"
    module = imported(path, text)
    old = module.prog
    save(path, text.replace("0.5", "0.5 + 0.25").replace("helper(x[:, :1])", "-helper(x[:, :1])"))
    shown = written([old])
    assert shown.startswith(STANDS_IN)
    assert "# helper: no source text" in shown
    assert constants(old) == 1
    monkeypatch.setitem(sys.modules, path.stem, module)
    importlib.reload(module)
    assert "return x * 0.5 + 0.25" in written([module.prog])
    assert constants(module.prog) == 2
    shown = written([old])  # old code, which calls the helper of now
    assert shown.startswith(STANDS_IN)
    assert "return x * 0.5 + 0.25" in shown


def given_other_code(x, c):
    return x[:, :1] * 0.5


def test_functions_that_are_given_other_code():
    def other(x, c):
        return x[:, :1] * 0.25 + 0.75

    before = given_other_code.__code__
    given_other_code.__code__ = other.__code__
    try:
        assert "0.25 + 0.75" in written([given_other_code])
        given_other_code.__code__ = before.replace(co_consts=(None, 0.125, 0.375))
        assert written([given_other_code]).startswith("# given_other_code: no source text")
    finally:
        given_other_code.__code__ = before
    assert "x[:, :1] * 0.5" in written([given_other_code])


def test_cells_of_a_notebook_are_found_and_a_cell_that_ran_again_is_another_one():
    def cell(text, name):
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        scope = {"__name__": "__main__"}
        exec(compile(text, name, "exec"), scope)
        return scope["prog"]

    first = cell(PROGRAM, "<ipython-input-1-aa>")
    second = cell(LONGER, "<ipython-input-2-bb>")
    assert written([first]) == PROGRAM.strip()
    assert written([second]) == LONGER.strip()
    cell(LONGER, "<ipython-input-1-aa>")  # a kernel that numbers its cells anew
    assert written([first]).startswith(STANDS_IN)


def test_code_without_a_file_is_not_that_of_another_text():
    scope = {}
    linecache.cache["<string>"] = (1, None, LONGER.splitlines(True), "<string>")
    try:
        exec(PROGRAM, scope)
        assert written([scope["prog"]]).startswith(STANDS_IN)
    finally:
        del linecache.cache["<string>"]


PAIR = (lambda x: x * 0.5, lambda x: x * 0.25)


class Method:
    def __scaled(self, x):
        """Names of classes are part of what is compiled."""
        return x * self.__gain

    __gain = 0.5
    call = __scaled


def test_scopes_are_those_of_the_file():
    gain = 0.5

    def closed(x, c):
        return x[:, :1] * gain

    inner = [
        lambda x, c: x[:, :1] * gain,  # in the middle of an expression
        None,
    ][0]
    for function, text in (
        (closed, "def closed(x, c):\n    return x[:, :1] * gain"),
        (inner, "lambda x, c: x[:, :1] * gain"),
        (Method.call, "def __scaled(self, x):"),
    ):
        assert written([function]).startswith(text)
    assert all(tree_of(f.__code__, file_of(f.__code__)) is None for f in PAIR)  # on one line


def test_files_that_say_how_they_are_compiled(tmp_path):
    text = f"from __future__ import annotations\nPATTERN = '\\d'\n{PROGRAM}"
    with pytest.warns(Warning, match="invalid escape"):
        prog = imported(tmp_path / "future.py", text).prog
    assert written([prog]) == PROGRAM.strip()  # and warns of nothing again


def test_equal_losses_have_equal_counts(tmp_path):
    path = tmp_path / "mine.py"
    prog = imported(path, PROGRAM).prog
    rng = np.random.default_rng(0)
    params = {"a": jnp.asarray(rng.normal(size=(5, 4)), jnp.float32)}
    spec = jax.ShapeDtypeStruct((5,), jnp.float32)
    model = aann.Model(lambda p, x: aann.site("h", x @ p["a"]), params, "m", spec)
    inputs = rng.normal(size=(40, 5)).astype(np.float32)
    held = aann.split(aann.from_arrays("d", inputs))[1]

    def row():
        made = aann.make(prog, model="m", site="h", units=(0,), name="p")
        return aann.evaluate(model, made, held, linear=False, draws=200).row("p")

    before = row()
    save(path, LONGER)
    after = row()
    assert before.loss == after.loss
    assert before.constants == after.constants == 1
    assert before.source == PROGRAM.strip()
    assert after.source.startswith(STANDS_IN)
