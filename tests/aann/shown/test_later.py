import importlib

import pytest

import aann
from aann.shown import later


def test_what_the_door_provides_is_there():
    assert aann.__version__
    assert "figures of a report" in later.provided()
    for place in later.provided().values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_what_nobody_provides_is_said(monkeypatch):
    monkeypatch.setattr(later, "_PLACES", {})
    with pytest.raises(LookupError, match="nothing provides 'tea'; known are none"):
        later.get("tea")
    later.provide("tea", "math:pi")
    assert later.get("tea") == pytest.approx(3.14159, abs=1e-4)
    with pytest.raises(LookupError, match="nothing provides 'milk'; known are tea"):
        later.get("milk")
