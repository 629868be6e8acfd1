import pytest

from results import runs, views


@pytest.mark.parametrize("name", runs.RUNS)
def test_every_run_that_pages_quote_was_saved(name):
    saved = runs.load(name)
    assert saved["command"] == runs.RUNS[name]
    views.view(saved)


def test_nothing_else_is_saved():
    assert {path.stem for path in runs.SAVED.iterdir()} == set(runs.RUNS)
    assert sum(path.stat().st_size for path in runs.SAVED.iterdir()) < 700_000


def test_the_saved_comparison_is_of_the_saved_report():
    (report,) = runs.load("curve_detectors")["reports"].values()
    found = runs.load("compare")["comparison"]
    for side in ("first", "second"):
        assert found[side]["data"]["hash"] == report["data"]["hash"]
    assert found["weights"] == report["weights"]
    rows = {row["name"]: row for row in report["rows"]}
    for difference in found["differences"]:
        for side in ("first", "second"):
            stated = difference[f"{side}_recovered"]["estimate"]
            assert stated == rows[difference[side]]["recovered"]["kl"]["estimate"]


def test_names_that_were_not_saved_are_answered_with_those_that_were():
    run = views.view(runs.load("curve_detectors"))
    with pytest.raises(KeyError, match="no 'curve'; there are zero, mean, position mean"):
        run["curve"]
    with pytest.raises(AttributeError, match="no part 'both'"):
        run.both["x"]
    table = views.view(runs.load("induction"))
    with pytest.raises(KeyError, match="no 'seed9'; there are seed0, seed1, seed2, published"):
        table["seed9"]
    with pytest.raises(KeyError, match="no network has a row 'x'"):
        table.every["x"]
    with pytest.raises(KeyError, match="no 'evenly'"):
        table["seed0"]["evenly"]  # two circuits have one
    assert table["seed0"]["induction heads/evenly"].kl.value < 0
