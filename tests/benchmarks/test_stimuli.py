import json

import numpy as np
import pytest

from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.lines import lines
from benchmarks import stimuli


def test_all_kinds_are_timed_and_three_beside_a_loop(capsys, tmp_path):
    path = tmp_path / "stimuli.json"
    stimuli.main(["--n", "6", "--size", "24", "--loop", "2", "--save", str(path)])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "6 stimuli of 24 x 24 pixels, in seconds"
    assert len(said) == 12
    assert sum("one by one" in line for line in said) == 3
    found = json.loads(path.read_text())["benchmark"]
    assert {"arcs", "digits", "arcs ratio", "n", "size"} <= set(found)


def test_the_loops_draw_the_same():
    ring = stimuli.pillow_arc(64, 40.0, 20.0)
    ours = arcs((64, 64), 40.0, 20.0, half_length=1e3)[0]
    assert np.abs(ring - ours).mean() < 0.01
    line = stimuli.pillow_line(64, 30.0)
    assert np.abs(line - lines((64, 64), 30.0, half_length=20.0)[0]).mean() < 0.01
    assert stimuli.plain_grating(64, 30.0).mean() == pytest.approx(0.5, abs=0.02)
