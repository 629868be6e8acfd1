import shutil

import pytest
from PIL import Image

import zoo
from aann.report.data import Untrained
from evals.shared import tour, untrained


@pytest.fixture
def attempted(monkeypatch):
    """Circuits that are fitted to a network that learnt nothing, here to the toy itself.

    What comes of it is measured in tests/evals/shared/test_untrained.py.
    """
    made = {}

    def tried(model, design, attempt, names, *, seed):
        made.update(attempt(model, design).programs)
        return {name: Untrained("tried", seed) for name in names}

    monkeypatch.setattr(tour, "tried", tried)
    monkeypatch.setattr(untrained, "tried", tried)
    return made


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
