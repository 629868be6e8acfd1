import pytest

import aann
from evals.shared import arguments, start


def begin(*given, **more):
    return start.begin(arguments.parser("toy", "A claim.", "out/toy"), list(given), **more)


def test_a_start_is_arguments_machine_and_folder(tmp_path):
    args, on, folder = begin("--out", str(tmp_path / "new"), "--bf16", "--seed", "3")
    assert args.seed == 3
    assert on == aann.Machine(bfloat16=True)
    assert folder == tmp_path / "new"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--n", "30", "--limit", "20"], "--n 30 asks for more pictures than --limit 20 allows"),
        (["--seed", "7"], "seven is no seed"),
        (["word"], "unrecognized arguments: word"),
    ],
)
def test_usage_errors_come_before_anything_is_made(given, match, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        begin(
            *given, "--out", str(tmp_path / "new"), what="pictures",
            problem=lambda args: "seven is no seed" if args.seed == 7 else None,
        )  # fmt: skip
    assert stop.value.code == 2
    assert match in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_machine_that_is_not_there_is_found_before_the_folder_is_made(tmp_path):
    with pytest.raises(ValueError, match="1000 devices were asked for"):
        begin("--devices", "1000", "--out", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
