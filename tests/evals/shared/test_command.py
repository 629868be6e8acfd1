import pathlib

import numpy as np
import pytest
from matplotlib.figure import Figure
from report_made import report, row

import aann
from aann.vis.caption import captioned
from evals.shared import command


def examples(n=20):
    whole = aann.from_arrays("toy", np.zeros((2 * n, 1), np.float32))
    return aann.split(whole)[1]


def test_a_pick_is_set_by_the_seed_and_keeps_the_half():
    one, same, other = (command.pick(examples(), 5, seed) for seed in (0, 0, 1))
    assert one.names == same.names != other.names
    assert isinstance(one, aann.HeldOut)
    assert command.pick(examples(), None, 0).names == examples().names


def test_more_than_there_are_cannot_be_picked():
    with pytest.raises(
        ValueError, match=r"21 examples were asked for, but 'toy' \(heldout\) has 20"
    ):
        command.pick(examples(), 21, 0)


def test_figures_without_a_caption_are_named_after_all_is_written(tmp_path, capsys):
    drawn = {"one": Figure(), "two": captioned(Figure(), "All there is."), "three": Figure()}
    with pytest.raises(ValueError, match=r"how that was picked: give one.png, three.png a caption"):
        command.save(report(row()), drawn, tmp_path)
    assert {"report.json", "one.png", "two.png", "three.png"} <= {
        p.name for p in tmp_path.iterdir()
    }
    assert "wrote report.html" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_found_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot write results to .*file.*pass --out"):
        command.writable(tmp_path / "file" / "out")
    assert list(command.writable(tmp_path / "new").iterdir()) == []


def test_results_go_to_the_home_folder_where_the_shell_leaves_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert command.writable(pathlib.Path("~/results")) == tmp_path / "results"
    assert [p.name for p in tmp_path.iterdir()] == ["results"]
