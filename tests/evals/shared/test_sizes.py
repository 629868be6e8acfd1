import pytest

from evals.shared import arguments
from evals.shared.sizes import size


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
        arguments.parser("toy", "A claim.", "out/toy").parse_args([f"--memory={text}"])
    assert stop.value.code == 2
    assert f"expected a size such as 4GiB or 500MB, got {text!r}" in capsys.readouterr().err
