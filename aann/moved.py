"""Modules that went into wings and folders: ``aann.patch`` is ``aann.patching.patch`` now.

The old names of files still import the same modules, with a ``DeprecationWarning`` that says the
new one; they go with the next release. A name that means something else today does not come back:
``aann.report`` is a wing, and ``aann.splice`` a function, for which the error says where its module
is.
"""

import importlib
import importlib.util
import pathlib
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, no_type_check

PACKAGES = ("aann", "circuits", "zoo")

RENAMED = {
    "aann.ladder": "aann.evaluation.ladder",
    "aann.partial": "aann.store.results",
    "aann.report_file": "aann.report.file",
    "aann.report_html": "aann.report.html",
    "aann.report_text": "aann.report.text",
    "aann.text": "aann.counting.text",
    "aann.vis.polar": "aann.vis.tuning.panels",
    "circuits.curve_baselines": "circuits.curves.baselines",
    "circuits.curve_calibration": "circuits.curves.fit",
    "circuits.curve_controls": "circuits.curves.controls",
    "circuits.curve_detectors": "circuits.curves.program",
    "circuits.curve_family": "circuits.curves.family",
    "circuits.curve_shape": "circuits.curves.shape",
}
"""Old name -> new one, where the file is called otherwise, or several are called so."""


class Moved(MetaPathFinder, Loader):
    """Finds old names where they are now, after everybody else has not found them."""

    @no_type_check  # in tests: that check draws random numbers, in the middle of any import
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for an old name; None for all others.

        Raises:
            ModuleNotFoundError: the name is a function's now; with the module's new name.
        """
        new = new_name(fullname)
        if new is None:
            return None
        package, _, name = fullname.rpartition(".")
        if hasattr(sys.modules[package], name):
            raise ModuleNotFoundError(
                f"no module {fullname!r}: it is {new!r} now, and {fullname} is the function in it",
                name=fullname,
            )
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
    """Where a module that lay directly in a package is now; None where that is not one file."""
    package, _, name = old.rpartition(".")
    if old in RENAMED and package in sys.modules:
        return RENAMED[old]
    if package not in PACKAGES or package not in sys.modules:
        return None
    folders = getattr(sys.modules[package], "__path__", ())
    found = sorted(path for folder in folders for path in pathlib.Path(folder).glob(f"*/{name}.py"))
    return f"{package}.{found[0].parent.name}.{name}" if len(found) == 1 else None


def names(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """``__getattr__`` of a package that was one file: its old names, from the files in it.

    Args:
        package: its name.
        places: old name -> file that has it now.
    """

    def old(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        new = f"{package}.{places[name]}"
        warnings.warn(
            f"{package}.{name} has moved: import it from {new}", DeprecationWarning, stacklevel=2
        )
        return getattr(importlib.import_module(new), name)

    return old


def install() -> None:
    """Have old names found."""
    if not any(isinstance(finder, Moved) for finder in sys.meta_path):
        sys.meta_path.append(Moved())
