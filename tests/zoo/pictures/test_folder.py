import numpy as np
import pytest
from PIL import Image

import aann
import zoo
from zoo.pictures import folder

DALMATIAN, FOX = "n02110341", "n02119789"


@pytest.fixture(autouse=True)
def labels(monkeypatch):
    """Two classes, so that folders can be tested without the assets."""
    monkeypatch.setattr(folder, "unit_of_wnid", lambda: {FOX: 1, DALMATIAN: 41})


def picture(path, shade):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (260, 256), (shade, 0, 0)).save(path)


def table(path, text):
    path.write_text(text)
    return path


def test_classes_from_names_of_files_and_folders(tmp_path):
    picture(tmp_path / "deep" / FOX / f"{DALMATIAN}_1.png", 1)
    picture(tmp_path / f"{FOX}-foxes" / "b.JPEG", 2)
    picture(tmp_path / ".hidden" / "c.png", 3)
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.warns(UserWarning, match=r"left out 1 file.* by their names: notes.txt$"):
        examples = zoo.data("imagenet_folder", path=tmp_path)
    assert isinstance(examples, aann.HeldOut)
    assert examples.names == (f"deep/{FOX}/{DALMATIAN}_1.png", f"{FOX}-foxes/b.JPEG")
    assert examples.labels.tolist() == [41, 1]
    assert examples.labels.dtype == np.int32
    assert examples.load([1, 0]).shape == (2, 224, 224, 3)
    assert len(set(examples.digests)) == 2


def test_classes_from_a_table(tmp_path):
    picture(tmp_path / "sub" / "a.png", 1)
    picture(tmp_path / "b.png", 2)
    rows = f"note,file,wnid\nx,./sub/a.png,{FOX}\ny,b.png, {DALMATIAN}\n"
    csv = table(tmp_path / "labels.csv", "\ufeff" + rows)
    examples = zoo.data("imagenet_folder", path=str(tmp_path), labels=str(csv))
    assert dict(zip(examples.names, examples.labels.tolist(), strict=True)) == {
        "b.png": 41,
        "sub/a.png": 1,
    }


def test_all_problems_of_names_at_once(tmp_path):
    picture(tmp_path / f"{FOX}.png", 1)
    picture(tmp_path / "n0211034.png", 2)
    picture(tmp_path / "n99999999_unicorn.png", 3)
    picture(tmp_path / f"{DALMATIAN}.png", 1)
    with pytest.raises(ValueError, match=r"3 problem\(s\)") as error:
        zoo.data("imagenet_folder", path=tmp_path)
    message = str(error.value)
    assert "n0211034.png: no WordNet id (like n02110341)" in message
    assert "'n99999999' is not the WordNet id of an ImageNet class" in message
    assert f"{DALMATIAN}.png, {FOX}.png: the same picture" in message


def test_all_problems_of_a_table_at_once(tmp_path):
    for shade, name in enumerate(["a.png", "b.png", "c.png"]):
        picture(tmp_path / name, shade)
    rows = f"a.png,{FOX}\na.png,{FOX}\nb.png,fox\ngone.png,{FOX}\n../x.png,{FOX}\n,{FOX}\n"
    picture(tmp_path.parent / "x.png", 9)
    csv = table(tmp_path / "labels.csv", "file,wnid\n" + rows)
    with pytest.raises(ValueError, match=r"6 problem\(s\)") as error:
        zoo.data("imagenet_folder", path=tmp_path, labels=csv)
    message = str(error.value)
    assert "a.png: has 2 rows" in message
    assert "b.png: 'fox' is not the WordNet id" in message
    assert "gone.png: in " in message
    assert "../x.png: in " in message
    assert "but outside" in message
    assert "c.png: has no row in" in message


@pytest.mark.parametrize(
    ("text", "found"),
    [("", r"found \[\]"), ("name,class\na,b\n", r"found \['name', 'class'\]")],
)
def test_a_table_without_the_columns_is_an_error(tmp_path, text, found):
    picture(tmp_path / f"{FOX}.png", 1)
    csv = table(tmp_path / "labels.csv", text)
    with pytest.raises(ValueError, match=rf"expected the columns file and wnid, {found}"):
        zoo.data("imagenet_folder", path=tmp_path, labels=csv)


def test_a_table_that_is_no_text_or_not_there_is_an_error(tmp_path):
    picture(tmp_path / f"{FOX}.png", 1)
    for name, problem in ((f"{FOX}.png", "decode"), ("gone.csv", "No such file")):
        with pytest.raises(ValueError, match=rf"the table .* cannot be used: .*{problem}"):
            zoo.data("imagenet_folder", path=tmp_path, labels=tmp_path / name)


def test_an_empty_or_absent_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"1 problem\(s\):\n  no pictures"):
        zoo.data("imagenet_folder", path=tmp_path)
    with pytest.raises(ValueError, match=r"expected a folder of pictures at '.*gone', found none"):
        zoo.data("imagenet_folder", path=tmp_path / "gone")


def test_all_that_cannot_be_used_is_listed_at_once(tmp_path):
    picture(tmp_path / f"{FOX}.png", 1)
    picture(tmp_path / "unlabelled.png", 2)
    (tmp_path / f"{FOX}_2.png").write_bytes(b"torn")
    (tmp_path / f"{FOX}_3.jpg").write_bytes(b"\xff\xd8torn")
    (tmp_path / f"{FOX}_4.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / f"{FOX}_5.jpg").symlink_to("/nowhere/h.jpg")
    Image.new("1", (9000, 6000)).save(tmp_path / f"{FOX}_6.png")
    with pytest.raises(ValueError, match=r"6 problem\(s\)") as error:
        zoo.data("imagenet_folder", path=tmp_path)
    for told in (
        "unlabelled.png: no WordNet id",
        "_2.png: no picture that can be read",
        "_3.jpg: ",
        "_4.heic: no picture that can be read (JPEG, ",
        "_5.jpg: a link that leads nowhere",
        "_6.png: 9000 x 6000 pixels are more than 50 megapixels: scale it down, or pass",
    ):
        assert told in str(error.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("b.jfif", "JPEG"), ("c.jpe", "JPEG"), ("d", "PNG"), ("e.ppm", "PPM"),
        ("f.jp2", "JPEG2000"), ("g.JPG", "PNG"), ("h.heic", "JPEG"), ("i.dat", "TIFF"),
    ],
)  # fmt: skip
def test_pictures_are_known_by_their_content(tmp_path, name, kind):
    noise = np.random.default_rng(0).integers(0, 256, (260, 260, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / f"{FOX}_{name}", kind)
    assert zoo.data("imagenet_folder", path=tmp_path).names == (f"{FOX}_{name}",)


def test_a_picture_that_was_saved_anew_is_the_same(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (260, 260, 3), dtype=np.uint8)
    for name in ("a.png", "b.bmp", "c.jpg"):
        Image.fromarray(noise).save(tmp_path / f"{FOX}_{name}")
    with pytest.raises(ValueError, match=rf"1 prob.*\n  {FOX}_a.png, {FOX}_b.bmp: the same pict"):
        zoo.data("imagenet_folder", path=tmp_path)


def test_larger_pictures_are_allowed_where_they_are_meant(tmp_path, unchecked):
    Image.new("1", (3000, 1000)).save(tmp_path / f"{FOX}.png")
    with pytest.raises(ValueError, match="3000 x 1000 pixels are more than 2.5 megapixels"):
        zoo.data("imagenet_folder", path=tmp_path, megapixels=2.5)
    assert len(zoo.data("imagenet_folder", path=tmp_path, megapixels=3)) == 1
    with pytest.raises(ValueError, match="more than nan megapixels"):
        zoo.data("imagenet_folder", path=tmp_path, megapixels=float("nan"))
    with pytest.raises(TypeError, match="megapixels=True: expected float, got bool"):
        zoo.data("imagenet_folder", path=tmp_path, megapixels=True)


def test_a_table_in_the_folder_is_no_note_and_links_may_lead_outside(tmp_path):
    picture(tmp_path / "elsewhere" / "a.png", 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.png").symlink_to(tmp_path / "elsewhere" / "a.png")
    csv = table(tmp_path / "mine" / "labels.csv", f"file,wnid\na.png,{FOX}\n")
    examples = zoo.data("imagenet_folder", path=tmp_path / "mine", labels=csv)
    assert examples.names == ("a.png",)
    table(csv, f"file,wnid\n.b.png,{FOX}\na.png,{FOX}\nlabels.csv,{FOX}\n")
    picture(tmp_path / "mine" / ".b.png", 1)
    with pytest.raises(ValueError, match=r"2 prob(.|\n)*\.b\.png: in .*, but hidden, a note or"):
        zoo.data("imagenet_folder", path=tmp_path / "mine", labels=csv)
