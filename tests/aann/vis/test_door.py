"""The names that ``aann/vis/__init__.py`` hands on."""

import pytest

import aann.vis

NONE = "visualize"


def test_every_name_is_there_and_listed():
    assert sorted(n for names in aann.vis._LATER.values() for n in names) == sorted(
        aann.vis.__all__
    )
    for name in aann.vis.__all__:
        assert getattr(aann.vis, name) is not None
        assert name in dir(aann.vis)
    assert len(aann.vis.__all__) <= 45, "what is used at the keyboard fits a screen"


def test_other_names_are_none():
    with pytest.raises(AttributeError, match="module 'aann.vis' has no attribute 'visualize'"):
        getattr(aann.vis, NONE)
