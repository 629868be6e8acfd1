import numpy as np
import pytest

import aann
from benchmarks import resume


def test_examples_stop_where_a_kill_would():
    examples = aann.from_arrays("toy", np.arange(20.0, dtype=np.float32)[:, None])
    stopping = resume.stopping(examples, 10)
    assert stopping.load([0, 9]).tolist() == examples.load([0, 9]).tolist()
    with pytest.raises(resume.StoppedError):
        stopping.load([9, 10])
    assert resume.stopping(examples, None).load([19]).tolist() == examples.load([19]).tolist()


def test_times_are_shown_as_parts_of_the_first(capsys):
    resume.show("resumed", 1.5, 6.0)
    assert capsys.readouterr().out == "resumed: 1.5 s, 0.25 of the first\n"
