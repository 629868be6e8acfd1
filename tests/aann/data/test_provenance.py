import sys

from aann.data.provenance import command


def test_a_command_is_what_was_typed_and_of_a_kernel_the_notebook(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["run.py", "--out", "my folder"])
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert command() == "run.py --out 'my folder'"
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert command() == "notebook"
