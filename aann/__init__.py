"""Hand-written programs in place of neurons: splice them in, measure the loss they recover."""

from aann.compare import compare
from aann.constant import Constant, Constants
from aann.cut import Cut, cut
from aann.evaluate import evaluate
from aann.examples import Design, Examples, HeldOut, from_arrays, held_out, split
from aann.exhaustive import exhaustive
from aann.machine import Machine
from aann.model import Model
from aann.pareto import Pareto, pareto
from aann.precision import in_bfloat16
from aann.registry import make, register, registered, replacement
from aann.replacement import Replacement
from aann.report import Report
from aann.sample_size import sample_size
from aann.settings import settings, settings_sweep
from aann.site import site
from aann.splice import capture, sites, splice
from aann.sweep import unit_sweep
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
