"""Modules that went into wings: ``aann.patch`` is ``aann.patching.patch`` now.

The old names still import the same modules, with a ``DeprecationWarning`` that says the new one;
they go with the next release. Names that mean something else today (``aann.report`` is a wing,
``aann.splice`` a function) do not come back.
"""

import importlib
import importlib.util
import pathlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PACKAGE = "aann"


class Moved(MetaPathFinder, Loader):
    """Finds ``aann.NAME`` where a wing has a file of that name, after everybody else has not."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an old name; None for all others."""
        new = new_name(fullname)
        if new is None:
            return None
        warnings.warn(f"{fullname} has moved: import {new}", DeprecationWarning, stacklevel=2)
        return importlib.util.spec_from_loader(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module under its new name."""
        module = importlib.import_module(str(new_name(spec.name)))
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run twice; the import system has put the old name's spec on the module."""
        module.__spec__ = self.spec


def new_name(old: str) -> str | None:
    """Where a module that lay directly in aann is now; None where that is not one file."""
    package, _, name = old.rpartition(".")
    if package != PACKAGE or hasattr(sys.modules[PACKAGE], name):
        return None
    found = sorted(pathlib.Path(__file__).parent.glob(f"*/{name}.py"))
    return f"{PACKAGE}.{found[0].parent.name}.{name}" if len(found) == 1 else None


def install() -> None:
    """Have old names found."""
    if not any(isinstance(finder, Moved) for finder in sys.meta_path):
        sys.meta_path.append(Moved())
