import pytest

import zoo
from zoo.scripts import script


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("expected this, got that"), 1, "error: expected this, got that\n"),
        (OSError("cannot write"), 1, "error: cannot write\n"),
        (zoo.AssetError("not to be had"), 1, "error: not to be had\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
)
def test_errors_become_messages(error, code, said, capsys):
    def fails():
        raise error

    with pytest.raises(SystemExit) as stop:
        script.run(fails)
    assert stop.value.code == code
    assert capsys.readouterr().err == said


def test_errors_of_ours_keep_their_traces():
    def fails():
        raise TypeError("a mistake in the code")

    with pytest.raises(TypeError, match="a mistake"):
        script.run(fails)


def test_help_shows_what_the_module_says_first(capsys):
    parser = script.parser("zoo.toy", "Trains a toy. ``python -m zoo.toy``\n\nAt length.")
    with pytest.raises(SystemExit) as stop:
        parser.parse_args(["--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("usage: python -m zoo.toy [-h]\n\nTrains a toy.\n")
    assert "length" not in said


@pytest.mark.parametrize("word", ["word", "--word", "--hel"])
def test_words_that_are_not_known_are_a_usage_error(word, capsys):
    with pytest.raises(SystemExit) as stop:
        script.parser("zoo.toy", None).parse_args([word])
    assert stop.value.code == 2
    assert f"unrecognized arguments: {word}" in capsys.readouterr().err
