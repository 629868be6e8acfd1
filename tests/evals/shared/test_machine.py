"""What the arguments about the machine ask for."""

import pathlib

import pytest

import aann
from evals.shared import arguments, machine


def of(*given):
    return machine.of(arguments.parser("toy", "A claim.", "out/toy").parse_args(given))


def test_by_default_one_device_of_a_cpu_in_full_precision():
    assert of() == of("--devices", "1") == aann.Machine()
    assert of("--bf16") == aann.Machine(bfloat16=True)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--processes", "2"], "need all of --coordinator HOST:PORT --processes N --process I"),
        (
            ["--coordinator", "here", "--processes", "2", "--process", "2"],
            r"--process counts from 0: got 2 of 2; --coordinator is HOST:PORT, got 'here'",
        ),
        (["--devices", "1000"], "1000 devices were asked for, this process has"),
        (
            ["--distributed"],
            "cannot be joined: .*; without a job manager that JAX knows, pass --co",
        ),
    ],
)
def test_what_does_not_fit_is_refused(given, match):
    with pytest.raises(ValueError, match=match):
        of(*given)


def test_what_to_keep_reaches_the_machine(tmp_path):
    folder = tmp_path / "cache"
    found = of("--memory", "2MiB", "--cache", str(folder), "--resume")
    assert (found.memory, found.cache, found.resume) == (2 * 2**20, folder, True)
    assert folder.is_dir()
    plain = of()
    assert (plain.memory, plain.cache, plain.resume) == (None, None, False)


def test_to_resume_is_to_have_a_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert of("--resume").cache == tmp_path / "aann" / "evaluations"


def test_a_cache_that_cannot_be_written_is_an_error_at_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    place = pathlib.Path(tmp_path / "file" / "cache")
    with pytest.raises(OSError, match=r"cache cannot be written \(Not a directory\)"):
        of("--cache", str(place))
