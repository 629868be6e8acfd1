import pytest

from evals.curves_from_3a import __main__ as curves_from_3a


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--n", "9"], "--n 9 is too few for an interval: at least 10"),
        (["--family", "0"], "an integer of at least 1"),
        (["--labels", __file__], "--labels names the classes of the pictures in --images"),
        (["--images", "/no/such/folder"], "no folder '/no/such/folder'"),
        (["--n", "30", "--limit", "20"], "--n 30 asks for more pictures than --limit 20"),
    ],
)
def test_wrong_arguments_get_a_usage_error(given, match, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        curves_from_3a.main([*given, "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert match in capsys.readouterr().err
