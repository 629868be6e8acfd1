"""Hand-written programs in place of neurons: splice them in, measure the loss they recover.

What marks, cuts and declares is here at once; what evaluates comes when it is first asked for, and
``adapters`` likewise, which imports Flax, and ``residuals``.
"""

import importlib
from typing import TYPE_CHECKING, Any

from aann import moved, shadowed
from aann.data.arrays import from_arrays
from aann.data.examples import Design, Examples, HeldOut, design, held_out, split
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.constant import Constant, Constants
from aann.program.registry import make, register, registered, replacement
from aann.program.replacement import Replacement
from aann.shown import later
from aann.splicing.cut import Cut, cut
from aann.splicing.splice import capture, sites, splice
from aann.trace.precision import in_bfloat16
from aann.trace.site import site
from aann.trace.value import value
from aann.version import __version__

if TYPE_CHECKING:
    from aann import adapters as adapters
    from aann.comparison.compare import compare
    from aann.comparison.sample_size import sample_size
    from aann.evaluation.evaluate import evaluate
    from aann.evaluation.exhaustive import exhaustive
    from aann.evaluation.shuffles import shuffles
    from aann.labelling.agreement import label_agreement
    from aann.labelling.fitting import fit_thresholds
    from aann.refitting.refit import refit
    from aann.report.report import Report
    from aann.residuals.door import residuals
    from aann.scrubbing.hypothesis import Hypothesis
    from aann.scrubbing.scrub import scrub
    from aann.scrubbing.where import Where
    from aann.sweeps.pareto import Pareto, pareto
    from aann.sweeps.settings import settings, settings_sweep
    from aann.sweeps.sweep import unit_sweep

__all__ = [
    "Constant",
    "Constants",
    "Cut",
    "Design",
    "Examples",
    "HeldOut",
    "Hypothesis",
    "Machine",
    "Model",
    "Pareto",
    "Replacement",
    "Report",
    "Where",
    "__version__",
    "capture",
    "compare",
    "cut",
    "design",
    "evaluate",
    "exhaustive",
    "fit_thresholds",
    "from_arrays",
    "held_out",
    "in_bfloat16",
    "label_agreement",
    "make",
    "pareto",
    "refit",
    "register",
    "registered",
    "replacement",
    "residuals",
    "sample_size",
    "scrub",
    "settings",
    "settings_sweep",
    "shuffles",
    "site",
    "sites",
    "splice",
    "split",
    "unit_sweep",
    "value",
]

_LATER = {
    "Hypothesis": "scrubbing.hypothesis",
    "Pareto": "sweeps.pareto",
    "Report": "report.report",
    "Where": "scrubbing.where",
    "compare": "comparison.compare",
    "evaluate": "evaluation.evaluate",
    "exhaustive": "evaluation.exhaustive",
    "fit_thresholds": "labelling.fitting",
    "label_agreement": "labelling.agreement",
    "pareto": "sweeps.pareto",
    "refit": "refitting.refit",
    "sample_size": "comparison.sample_size",
    "scrub": "scrubbing.scrub",
    "settings": "sweeps.settings",
    "settings_sweep": "sweeps.settings",
    "shuffles": "evaluation.shuffles",
    "unit_sweep": "sweeps.sweep",
}
"""Name -> module that it is imported from when it is first asked for, as under TYPE_CHECKING."""

_WINGS = ("adapters", "residuals")
"""Wings that are used at the keyboard under their own names, likewise."""


if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name in _WINGS:
            return importlib.import_module(f"aann.{name}")
        if name not in _LATER:
            raise AttributeError(f"module 'aann' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"aann.{_LATER[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER, *_WINGS})


later.provide("figures of a report", "aann.vis.pictures:pictures")
later.provide("figures of a residual lab", "aann.vis.residuals.page:figures")
later.provide("page of a residual lab", "aann.vis.residuals.page:save")
later.provide("picture of a residual", "aann.vis.residuals.feature:residual_feature")
moved.install()
shadowed.check()
