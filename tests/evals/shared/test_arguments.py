import argparse
import pathlib

import pytest

from evals.shared import arguments


def parse(*given):
    return arguments.parser("toy", "A claim.", "out/toy").parse_args(given)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--n", "0"], "expected an integer of at least 1, got '0'"),
        (["--seed", "-1"], "expected a non-negative integer, got '-1'"),
        (["--limit", "many"], "expected a non-negative integer, got 'many'"),
        (["--nn", "3"], "unrecognized arguments: --nn 3"),
    ],
)
def test_wrong_arguments_get_a_usage_error(given, match, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(*given)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("usage: python -m evals.toy")
    assert match in error


def test_defaults():
    args = parse()
    assert (args.n, args.seed, args.limit, args.out) == (None, 0, None, pathlib.Path("out/toy"))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--n", "9"], "--n 9 is too few for an interval: at least 10"),
        (["--limit", "1"], "--limit 1 is too few for an interval: at least 10"),
        (["--n", "30", "--limit", "20"], "--n 30 asks for more pictures than --limit 20"),
    ],
)
def test_counts_that_give_no_interval_are_a_usage_error(given, match, capsys):
    parser = arguments.parser("toy", "A claim.", "out/toy")
    with pytest.raises(SystemExit) as stop:
        arguments.check_counts(parser, parser.parse_args(given), "pictures")
    assert stop.value.code == 2
    assert match in capsys.readouterr().err


def test_names_are_different_and_not_empty():
    assert arguments.names("seed0, b") == ("seed0", "b")
    for text in ("a,a", "a,,b", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="different names with commas"):
            arguments.names(text)


def test_files_and_folders_are_there(tmp_path):
    (tmp_path / "a.csv").touch()
    assert arguments.folder(str(tmp_path)) == tmp_path
    assert arguments.file(str(tmp_path / "a.csv")) == tmp_path / "a.csv"
    with pytest.raises(argparse.ArgumentTypeError, match="no folder"):
        arguments.folder(str(tmp_path / "a.csv"))
    with pytest.raises(argparse.ArgumentTypeError, match="no file"):
        arguments.file(str(tmp_path))
