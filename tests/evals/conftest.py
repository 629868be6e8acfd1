import shutil

import pytest
from PIL import Image

import zoo


@pytest.fixture(scope="session")
def pictures_of_mine(assets, tmp_path_factory):
    """Twelve held-out pictures and two design pictures in a folder of the user's own, one of these
    saved anew.
    """
    folder = tmp_path_factory.mktemp("mine")
    heldout = zoo.data("imagenet_samples", split="heldout")
    for name in (*heldout.names[:12], heldout.design.names[0]):
        shutil.copy(assets / "imagenet_samples" / name, folder / name)
    name = heldout.design.names[1]
    with Image.open(assets / "imagenet_samples" / name) as picture:
        picture.save((folder / name).with_suffix(".png"))
    return folder
