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
    with pytest.raises(ValueError, match=r"no pictures \(files ending in \.avif"):
        zoo.data("imagenet_folder", path=tmp_path)
    with pytest.raises(ValueError, match=r"expected a folder of pictures at '.*gone', found none"):
        zoo.data("imagenet_folder", path=tmp_path / "gone")


def test_unreadable_pictures_are_found_before_any_work(tmp_path):
    picture(tmp_path / f"{FOX}.png", 1)
    (tmp_path / f"{FOX}_2.png").write_bytes(b"torn")
    (tmp_path / f"{FOX}_3.jpg").write_bytes(b"\xff\xd8torn")
    with pytest.raises(ValueError, match=r"2 of 3 pictures cannot be read(.|\n)*_2(.|\n)*_3"):
        zoo.data("imagenet_folder", path=tmp_path)
