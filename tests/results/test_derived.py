import numpy as np
import pytest

from results import derived, project, runs
from results.values import Row
from results.views import Run


@pytest.fixture(scope="module")
def found():
    return project.results()["derived"]


def test_the_best_control_is_the_best(found):
    (report,) = runs.load("curve_detectors")["reports"].values()
    kl = [r["recovered"]["kl"]["estimate"] for r in report["rows"] if r["kind"] == "control"]
    assert found["best control"].value == max(kl)


def test_the_worst_units_in_the_order_of_their_numbers():
    row = Row({"correlation": [0.5, None, 0.1, 0.3], "recovered": {}}, [40, 30, 20, 10])
    worst = derived._worst("worst", row, 2)
    assert worst["worst, units"].values == [10, 20]
    assert worst["worst"].values == [0.3, 0.1]


def test_turns_are_the_shorter_way_and_a_half_turn_is_none_for_a_line():
    def row(name, curve, line):
        values = {"curve_direction": curve, "line_normal": line}
        return {"name": name, "values": values, "recovered": {}, "correlation": []}

    below = {
        "units": [], "seed": 0, "damage": {}, "natural": {},
        "data": {"n": 1, "design": {"n": 1}},
        "rows": [
            row("curves_from_3a", [350.0, 10, 90], [179.0, 90]),
            row("directions as measured", [10.0, 355, 90], [2.0, 80]),
        ],
    }  # fmt: skip
    turns = derived._turns(Run({"reports": {"": below}}))
    assert turns == {"curve_direction": 15, "line_normal": np.median([3, 10])}


def test_heads():
    assert derived._heads("blocks.0: 2, 3; blocks.1: 0, 1, 2, 3") == "2, 3 / all"
    assert derived._heads("blocks.0: 0; blocks.1: 2") == "0 / 2"


def test_logs_of_shipped_networks():
    weights = project.results()["weights"]
    assert f"{weights['max_of_k_seed1'].all_mistakes:.0f}" == "1"
    with pytest.raises(KeyError, match="no_such"):
        weights["no_such"]
    with pytest.raises(AttributeError, match="no 'colour'"):
        format(weights["max_of_k_seed1"].colour)
