import pathlib
import runpy

import pytest

from notebooks import settings


@pytest.mark.parametrize(
    ("value", "small"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)]
)
def test_one_variable_makes_notebooks_small(value, small, monkeypatch):
    monkeypatch.delenv(settings.NAME, raising=False)
    if value is not None:
        monkeypatch.setenv(settings.NAME, value)
    found = runpy.run_path(str(pathlib.Path(settings.__file__)))
    assert found["SMALL"] is small


def test_every_notebook_has_small_settings():
    folder = pathlib.Path(settings.__file__).parent
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("[0-9]*.py")}
    assert len(sources) >= 5
    for name, text in sources.items():
        assert "from settings import SMALL\n" in text, name
        assert " if SMALL else " in text.partition("\n# ## ")[0], f"{name}: no cell of settings"
