import pytest
from matplotlib.figure import Figure

from results import pictures, project
from results.pictures import Picture


@pytest.mark.parametrize("path", pictures.PICTURES)
def test_pictures_are_drawn_from_what_was_saved(path):
    why = "python -m results --write draws it again"
    assert not pictures.stale(project.ROOT / path, pictures.PICTURES[path]), why


def test_a_picture_of_other_results_is_stale(tmp_path):
    facts = {"rows": [1, 2]}
    picture = Picture(lambda: facts, lambda: Figure(figsize=(1, 1)))
    pictures.write(tmp_path / "x.png", picture)
    assert not pictures.stale(tmp_path / "x.png", picture)
    facts["rows"] = [1, 3]
    assert pictures.stale(tmp_path / "x.png", picture)
    with pytest.raises(OSError, match="none.png"):
        pictures.stale(tmp_path / "none.png", picture)


def test_bars_are_those_of_the_report():
    title, rows = pictures._rows()
    assert title == "10 units of mixed3b (imagenet_samples, heldout, n = 500)"
    assert [row[0] for row in rows][:2] == ["zero", "mean"]
    assert pictures.PICTURES["docs/recovered.png"].draw().axes
