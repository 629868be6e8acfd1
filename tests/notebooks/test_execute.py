"""Serves ``__main__``, too."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from notebook_case import complaints, of_the_machine, silent

from notebooks import __main__ as command
from notebooks import execute

SOURCE = """# %% [markdown]
# # Two

# %%
import warnings
from settings import SMALL
print("one", flush=True)
print("two", flush=True)

# %%
1 + 1
"""
GRUMBLES = """
# %%
warnings.warn("take care", stacklevel=1)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder like that of the notebooks, with one of its own."""
    monkeypatch.setattr(execute, "HERE", tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "settings.py").write_text("SMALL = True\n")
    (tmp_path / "01_two.py").write_text(SOURCE)
    return tmp_path


def test_notebooks_are_found_by_name_and_in_order(folder):
    (folder / "02_more.py").touch()
    assert [path.stem for path in execute.sources()] == ["01_two", "02_more"]
    assert [path.stem for path in execute.sources(["02_more"])] == ["02_more"]
    with pytest.raises(ValueError, match="no notebook 03_none, two; there are 01_two, 02_more"):
        execute.sources(["03_none", "01_two", "two"])


def test_the_command_keeps_what_a_notebook_gave_and_nothing_of_the_machine(folder, capsys):
    command.main(["--out", str(folder / "out")])
    assert "01_two: " in capsys.readouterr().out
    found = nbformat.read(folder / "out" / "01_two.ipynb", as_version=4)
    nbformat.validate(found)
    _, first, second = found.cells
    assert [output.text for output in first.outputs] == ["one\ntwo\n"]
    assert second.outputs[0].data["text/plain"] == "2"
    assert [cell.id for cell in found.cells] == ["cell-00", "cell-01", "cell-02"]
    assert all(cell.metadata == {} for cell in found.cells)
    assert found.metadata == execute.read(folder / "01_two.py").metadata
    assert (complaints(found), of_the_machine(found), silent(found)) == ([], [], [])


def test_names_that_are_none_are_a_usage_error(folder, capsys):
    with pytest.raises(SystemExit):
        command.main(["no-such-notebook"])
    assert "no notebook no-such-notebook; there are 01_two" in capsys.readouterr().err


def test_what_goes_wrong_is_seen(folder):
    source = folder / "01_two.py"
    source.write_text(SOURCE + GRUMBLES)
    found = execute.execute(source)
    assert "take care" in complaints(found)[0]
    found.cells[2].outputs = [
        nbformat.v4.new_output("stream", text="in /home/me/x at 2026-01-02 03:04")
    ]
    assert [said[:8] for said in of_the_machine(found)] == ["cell 2: ", "cell 3: "]
    found.cells[2].outputs = []
    assert silent(found) == [2]
    source.write_text(SOURCE + "\n# %%\nraise KeyError('lost')\n")
    with pytest.raises(CellExecutionError, match="lost"):
        execute.execute(source)
