"""The source that a report shows; what it counts is in ``test_complexity.py``."""

import functools

import jax

from aann.counting.reach import written

NONE = "no source text that compiles to the code that runs; its compiled code is counted"


def helper(x):
    # A remark that people read and nobody pays for.
    return x + 1


@functools.partial(jax.jit, static_argnums=())
def program(x, c):
    """A claim."""
    return helper(x) * c.gain


def other(x, c):
    return helper(x)


def test_programs_and_their_helpers_are_shown_once_as_they_were_written():
    text = written([program, other])
    assert text.startswith('def program(x, c):\n    """A claim."""')
    assert text.count("def helper(x):\n    # A remark") == 1
    assert text.index("def program") < text.index("def helper") < text.index("def other")


def test_a_program_without_source_says_so():
    scope = {}
    exec("def made(x, c): return x", scope)
    assert written([scope["made"]]) == f"# made: {NONE}"


def test_a_file_that_is_another_one_by_now_is_no_source(tmp_path):
    path = tmp_path / "notebook.py"
    path.write_text("made = [lambda x, c: (x,")
    scope = {}
    exec(compile("made = lambda x, c: x", str(path), "exec"), scope)
    assert written([scope["made"]]) == f"# <lambda>: {NONE}"
