import numpy as np
import pytest
from PIL import Image

from zoo.pictures import images


def save(path, array, mode=None, **options):
    picture = Image.fromarray(array)
    (picture.convert(mode) if mode else picture).save(path, **options)
    return path


def constant(*colour, size=(300, 280)):
    return np.tile(np.asarray(colour, np.uint8), (*size, 1))


def test_centre_of_the_picture_scaled_to_256(tmp_path):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (256, 300, 3), dtype=np.uint8)
    decoded = images.decode(save(tmp_path / "a.png", pixels))
    np.testing.assert_array_equal(decoded, pixels[16:240, 38:262])


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (512, 256), (9000, 2), (255, 257)])
def test_any_size_gives_the_same_shape(tmp_path, size):
    decoded = images.decode(save(tmp_path / "a.png", constant(10, 20, 30, size=size)))
    assert decoded.shape == (224, 224, 3)
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, constant(10, 20, 30, size=(224, 224)))


@pytest.mark.parametrize(
    ("mode", "suffix", "tolerance"),
    [("L", "png", 0), ("RGB", "jpg", 2), ("CMYK", "jpg", 2), ("P", "gif", 0), ("1", "png", 0)],
)
def test_every_mode_becomes_rgb(tmp_path, mode, suffix, tolerance):
    path = save(tmp_path / f"a.{suffix}", constant(255, 255, 255), mode)
    assert np.abs(images.decode(path).astype(int) - 255).max() <= tolerance


def test_transparency_is_laid_on_white(tmp_path):
    decoded = images.decode(save(tmp_path / "a.png", constant(200, 0, 0, 0)))
    assert (decoded == 255).all()


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_pictures_keep_their_upper_8_bits(tmp_path, suffix):
    path = save(tmp_path / f"a.{suffix}", np.full((300, 280), 0x8013, np.uint16))
    assert (images.decode(path) == 0x80).all()


def test_orientation_tags_are_obeyed(tmp_path):
    pixels = constant(0, 0, 0, size=(256, 256))
    pixels[:128] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    decoded = images.decode(save(tmp_path / "a.png", pixels, exif=exif))
    assert decoded[0, 0, 0] == 0
    assert decoded[-1, 0, 0] == 255


def test_all_unreadable_pictures_are_named_at_once(tmp_path):
    good = save(tmp_path / "good.jpg", constant(1, 2, 3))
    (tmp_path / "torn.jpg").write_bytes(good.read_bytes()[:-600])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.webp").touch()
    names = ["good.jpg", "torn.jpg", "text.png", "empty.webp", "absent.jpg"]
    with pytest.raises(ValueError, match=r"^4 of 5 pictures cannot be read") as error:
        images.decode_all([tmp_path / name for name in names])
    assert all(name in str(error.value) for name in names[1:])
    assert "good.jpg" not in str(error.value)


def test_values_between_0_and_1_are_refused_and_not_black(tmp_path):
    path = tmp_path / "unit.tif"
    Image.fromarray(np.full((30, 30), 0.5, np.float32)).save(path)
    with pytest.raises(ValueError, match=r"unit.tif: its values lie between 0 and 1: save them as"):
        images.decode_all([path])
    Image.fromarray(np.full((30, 30), 128.0, np.float32)).save(path)
    assert set(np.unique(images.decode_all([path]))) == {128.0}


@pytest.mark.parametrize("budget", [1 << 30, 0])
def test_pictures_by_index(tmp_path, budget):
    paths = [save(tmp_path / f"{i}.png", constant(i, i, i)) for i in range(5)]
    pictures = images.Pictures(paths, budget)
    digests, problems = pictures.examine()
    assert len(set(digests.values())) == 5
    assert not problems
    for _ in range(2):
        loaded = pictures([4, 0, 4])
        assert loaded.dtype == np.float32
        assert loaded.shape == (3, 224, 224, 3)
        np.testing.assert_array_equal(loaded[:, 0, 0, 0], [4, 0, 4])
    assert pictures([]).shape == (0, 224, 224, 3)


@pytest.mark.parametrize("budget", [1 << 30, 0])
def test_examining_finds_torn_pictures_whether_they_are_kept_or_not(tmp_path, budget):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    path = save(tmp_path / "a.jpg", noise)
    path.write_bytes(path.read_bytes()[:-5000])
    digests, problems = images.Pictures([path], budget).examine()
    assert not digests
    assert list(problems) == [0]
    assert "a.jpg: image file is truncated" in problems[0]


def test_kept_pictures_are_decoded_once(tmp_path):
    path = save(tmp_path / "a.png", constant(7, 7, 7))
    pictures = images.Pictures([path])
    first = pictures([0])
    path.unlink()
    np.testing.assert_array_equal(pictures([0]), first)


def test_examined_pictures_are_not_decoded_again(tmp_path, monkeypatch):
    pictures = images.Pictures([save(tmp_path / "a.png", constant(7, 7, 7))])
    pictures.examine()
    monkeypatch.setattr(images, "decode", None)
    assert (pictures([0]) == 7).all()


@pytest.mark.parametrize("budget", [1 << 30, 0])
def test_digests_are_those_of_the_pixels_whatever_the_file(tmp_path, budget):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    paths = [
        save(tmp_path / "a.png", noise),
        save(tmp_path / "a.bmp", noise),
        save(tmp_path / "a.webp", noise, lossless=True),
        save(tmp_path / "a.jpg", noise),
    ]
    png, bmp, webp, jpg = images.Pictures(paths, budget).examine()[0].values()
    assert png == bmp == webp != jpg


def test_long_loads_show_progress(tmp_path, capsys):
    path = save(tmp_path / "a.png", constant(7, 7, 7, size=(256, 256)))
    images.decode_all([path] * images.SHOW_PROGRESS_FROM)
    captured = capsys.readouterr()
    assert "decoding" in captured.err
    assert not captured.out
