import numpy as np

from benchmarks import bootstrap


def test_both_sides_are_timed(capsys):
    words = "--examples 150 --metrics 2 --draws 100 --repeats 2"
    bootstrap.main(words.split())
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("recovered, first metric: ")
    assert "100 draws, 150 examples, 2 metrics: best" in said[1]
    assert said[-1].startswith("scipy  the same, extrapolated: ")


def test_the_ratio_is_loss_recovered():
    intact, spliced, zero = np.zeros(4), np.full(4, 0.5), np.full(4, 2.0)
    assert bootstrap.ratio(intact, spliced, zero, axis=-1) == 0.75
