import re

from PIL import Image

from results import gallery, project


def test_all_pictures_of_the_page_are_there_and_small():
    page = (project.ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(gallery/(\w+\.jpg)\)", page)
    assert sorted(named) == sorted(p.name for p in gallery.FOLDER.iterdir())
    for name in named:
        path = gallery.FOLDER / name
        assert path.stat().st_size < 400_000
        with Image.open(path) as image:
            assert min(image.size) > 200


def test_stimuli_have_a_row_a_renderer(tmp_path):
    drawing = gallery.stimuli()
    assert len(drawing.axes) == 9 * gallery.EACH
    gallery.save(drawing, tmp_path / "x.jpg")
    with Image.open(tmp_path / "x.jpg") as image:
        assert image.mode == "RGB"
