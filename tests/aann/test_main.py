"""``python -m aann`` says what there is."""

import pytest

import aann
from aann import __main__ as command


def test_every_public_name_is_listed_with_what_it_is(capsys):
    command.main([])
    said = capsys.readouterr().out
    assert said.startswith(f"aann {aann.__version__}: Hand-written programs in place of neurons")
    names = [name for name in aann.__all__ if name != "__version__"]
    rows = dict(line.split(maxsplit=1) for line in said.splitlines() if line.startswith("  "))
    assert [name for name in rows if name in names] == names
    assert all(len(meaning) > 15 for meaning in rows.values())
    assert all(len(line) <= 105 for line in said.splitlines())
    assert "python -m evals" in said
    assert "``" not in said


@pytest.mark.parametrize(("given", "code"), [("--help", 0), ("-h", 0), ("site", 2), ("--all", 2)])
def test_help_and_words_that_are_not_known(given, code, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main([given])
    assert stop.value.code == code
    said = capsys.readouterr()
    assert (said.err if code else said.out).startswith("usage: python -m aann")
