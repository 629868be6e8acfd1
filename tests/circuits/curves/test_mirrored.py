import curve_toy as toy
import numpy as np
import pytest

import aann
import zoo
from circuits.curves import fit, mirrored


@pytest.fixture
def asked(monkeypatch):
    """What is asked of the zoo, which has toys."""
    words = []
    monkeypatch.setattr(mirrored, "measure", lambda model, design: "inputs")
    pictures = aann.from_arrays("discs", np.zeros((16, 8, 8, 3), np.float32))
    monkeypatch.setattr(zoo, "load", lambda name: words.append(name) or toy.model())
    monkeypatch.setattr(zoo, "data", lambda name: words.append(name) or pictures)
    return words


def test_scripts_start_from_the_published_network_and_its_curves(asked, monkeypatch):
    monkeypatch.setattr(
        mirrored, "find_family", lambda model, given: ("family of", model.name, given)
    )
    found = mirrored.begin("circuits.curves.fit", "Says.", [])
    assert asked == ["inceptionv1", "imagenet_samples"]
    assert found.family == ("family of", "toy", "inputs")
    assert isinstance(found.design, aann.Design)


@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("word", 2)])
def test_nothing_is_loaded_for_help_or_a_word_that_is_not_known(asked, word, code, capsys):
    with pytest.raises(SystemExit) as stop:
        fit.main([word])
    assert stop.value.code == code
    assert asked == []


def test_files_that_cannot_be_had_are_a_message(monkeypatch, capsys):
    def unreachable(name):
        raise zoo.AssetError("not to be had")

    monkeypatch.setattr(zoo, "load", unreachable)
    with pytest.raises(SystemExit) as stop:
        mirrored.run(lambda: fit.main([]))
    assert stop.value.code == 1
    assert capsys.readouterr().err == "error: not to be had\n"
