"""Hand-written programs in place of neurons: splice them in, measure the loss they recover."""

from aann import moved, shadowed
from aann.comparison.compare import compare
from aann.comparison.sample_size import sample_size
from aann.data.examples import Design, Examples, HeldOut, from_arrays, held_out, split
from aann.evaluation.evaluate import evaluate
from aann.evaluation.exhaustive import exhaustive
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.constant import Constant, Constants
from aann.program.registry import make, register, registered, replacement
from aann.program.replacement import Replacement
from aann.report.report import Report
from aann.splicing.cut import Cut, cut
from aann.splicing.splice import capture, sites, splice
from aann.sweeps.pareto import Pareto, pareto
from aann.sweeps.settings import settings, settings_sweep
from aann.sweeps.sweep import unit_sweep
from aann.trace.precision import in_bfloat16
from aann.trace.site import site
from aann.version import __version__

__all__ = [
    "Constant",
    "Constants",
    "Cut",
    "Design",
    "Examples",
    "HeldOut",
    "Machine",
    "Model",
    "Pareto",
    "Replacement",
    "Report",
    "__version__",
    "capture",
    "compare",
    "cut",
    "evaluate",
    "exhaustive",
    "from_arrays",
    "held_out",
    "in_bfloat16",
    "make",
    "pareto",
    "register",
    "registered",
    "replacement",
    "sample_size",
    "settings",
    "settings_sweep",
    "site",
    "sites",
    "splice",
    "split",
    "unit_sweep",
]

moved.install()
shadowed.check()
