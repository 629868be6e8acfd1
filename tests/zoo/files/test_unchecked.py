"""Files of which nothing is known, in ``assets``."""

import os

import pytest

from zoo.files import assets, sources

INSTEAD = "python -m evals.something"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Folders of the mirror and of the cache, both there and empty."""
    found = [tmp_path / place / "eis_vii" for place in ("mirror", "cache")]
    for folder in found:
        folder.mkdir(parents=True)
    monkeypatch.setenv("AANN_ASSETS", str(tmp_path / "mirror"))
    monkeypatch.setattr(assets, "cache", lambda: tmp_path / "cache")
    return found


def test_the_mirror_comes_before_the_cache(places):
    mirror, cache = places
    (cache / "a.pt").write_bytes(b"cached")
    assert assets.unchecked("eis_vii", "a.pt", INSTEAD) == cache / "a.pt"
    (mirror / "a.pt").write_bytes(b"mirrored")
    assert assets.unchecked("eis_vii", "a.pt", INSTEAD) == mirror / "a.pt"


def test_the_places_searched_are_listed(places, monkeypatch):
    mirror, cache = places
    (cache / "a.pt").mkdir()
    os.mkfifo(mirror / "b.pt")
    with pytest.raises(sources.AssetError) as error:
        assets.unchecked("eis_vii", "a.pt", INSTEAD)
    source = sources.SOURCES["eis_vii"].locate("a.pt")
    assert str(error.value) == (
        "'a.pt' is not to be had. Places searched:\n"
        f"  the mirror (AANN_ASSETS), {mirror}: not there\n"
        f"  the cache, {cache}: it is no file\n"
        "It is not downloaded, because nothing is known to check it by. Download it from "
        f"{source} and put it into one of these folders. What needs no file: {INSTEAD}"
    )
    with pytest.raises(sources.AssetError, match="mirror: it is no file|eis_vii: it is no file"):
        assets.unchecked("eis_vii", "b.pt", INSTEAD)
    monkeypatch.delenv("AANN_ASSETS")
    with pytest.raises(sources.AssetError) as error:
        assets.unchecked("eis_vii", "c.pt", INSTEAD)
    assert "mirror" not in str(error.value)
