import pathlib

import pytest

from evals.shared import arguments, machine
from evals.shared.sizes import size


def parse(*given):
    return arguments.parser("toy", "A claim.", "out/toy").parse_args(given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0), ("1000", 1000), ("12B", 12), ("4GiB", 4 * 2**30), ("500MB", 5 * 10**8),
        ("1.5 gib", 3 * 2**29), ("2kb", 2000), ("2KiB", 2048), ("1TB", 10**12), ("1TiB", 2**40),
    ],
)  # fmt: skip
def test_sizes(text, expected):
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "4G", "GiB", "-1GiB", "1e3", "4 4GiB", "nan", "1.GiB"])
def test_what_is_no_size_is_a_usage_error(text, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(f"--memory={text}")
    assert stop.value.code == 2
    assert f"expected a size such as 4GiB or 500MB, got {text!r}" in capsys.readouterr().err


def test_what_to_keep_reaches_the_machine(tmp_path):
    folder = tmp_path / "cache"
    found = machine.of(parse("--memory", "2MiB", "--cache", str(folder), "--resume"))
    assert (found.memory, found.cache, found.resume) == (2 * 2**20, folder, True)
    assert folder.is_dir()
    plain = machine.of(parse())
    assert (plain.memory, plain.cache, plain.resume) == (None, None, False)


def test_to_resume_is_to_have_a_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert machine.of(parse("--resume")).cache == tmp_path / "aann" / "evaluations"


def test_a_cache_that_cannot_be_written_is_an_error_at_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    place = pathlib.Path(tmp_path / "file" / "cache")
    with pytest.raises(OSError, match=r"cache cannot be written \(Not a directory\)"):
        machine.of(parse("--cache", str(place)))
