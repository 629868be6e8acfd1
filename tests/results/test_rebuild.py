"""Programs from saved constants: ``rebuild`` and ``rebuild_tokens``. Counts: test_recount.py."""

import numpy as np
import pytest

from results import rebuild, rebuild_tokens, runs


def report(name, part=""):
    return runs.load(name)["reports"][part]


def test_reduced_and_wrong_programs_have_the_constants_that_were_saved():
    saved = {row["name"]: row["values"] for row in report("curve_detectors")["rows"]}
    made = rebuild.curve_detectors(report("curve_detectors"))
    for name in ("without scale", "turned by 90 degrees", "lines alone"):
        assert rebuild.values_of(made[name]) == saved[name]


def test_programs_of_several_layers_share_a_row():
    made = rebuild.both_layers(report("curves_from_3a", "both"))
    early, main = made["early_curves + curves_from_3a"]
    assert (early.site, main.site, main.reads) == ("mixed3a", "mixed3b", ("mixed3a",))
    assert len(early.units) + len(main.units) == len(report("curves_from_3a", "both")["units"])
    assert f"{early.name}.gain" in rebuild.values_of((early, main))


@pytest.mark.parametrize("name", ["induction", "max_of_k"])
def test_every_row_of_a_table_is_made(name):
    make = {"induction": rebuild_tokens.of_induction, "max_of_k": rebuild_tokens.of_max_of_k}[name]
    for row in runs.load(name)["table"]:
        made = make(row)
        assert " + ".join(r.name for r in made) == row["program"]
        assert rebuild.values_of(made) == row["values"]


def test_programs_that_are_fitted_to_noise_have_the_shapes_of_the_real_ones():
    made = rebuild_tokens.of_noise(4, 416)
    (neurons,), (rectified,) = made["neurons"], made["neurons, rectified waves"]
    assert len(neurons.units) == len(rectified.units) == 416
    assert np.shape(neurons.constants["coefficients"].value) == (416, 9)
    assert np.shape(made["mlp"][0].constants["cosine"].value) == (4, 128)
    assert "neurons" not in rebuild_tokens.of_noise(4, None)
