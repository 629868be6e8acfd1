import numpy as np
import pytest
from PIL import Image

from aann.vis.features.png import pixels, plain, write


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3)])
def test_what_is_read_back_is_what_was_written(tmp_path, shape):
    picture = np.random.default_rng(0).uniform(size=shape)
    (path,) = write(tmp_path, {"mixed3b:1 / x": picture})
    assert path.name == "mixed3b_1___x.png"
    np.testing.assert_array_equal(np.asarray(Image.open(path)), pixels(picture))


def test_numbers_outside_are_cut_off():
    np.testing.assert_array_equal(pixels(np.asarray([[-1.0, 0.5, 2.0]])), [[0, 128, 255]])
    assert plain("a-b.c d") == "a-b.c_d"


def test_folders_are_made_and_files_are_none(tmp_path):
    assert write(tmp_path / "new" / "one", {"a": np.zeros((2, 2))})[0].exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file", {"a": np.zeros((2, 2))})
