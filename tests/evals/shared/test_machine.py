"""What the arguments about the machine ask for."""

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
