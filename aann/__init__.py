"""Hand-written programs in place of neurons: splice them in, measure the loss they recover."""

from aann.cut import Cut, cut
from aann.examples import Design, Examples, HeldOut, from_arrays, held_out, split
from aann.model import Model
from aann.registry import make, register, registered, replacement
from aann.replacement import Constant, Constants, Replacement
from aann.site import site
from aann.splice import capture, sites, splice

__version__ = "0.1.0"

__all__ = [
    "Constant",
    "Constants",
    "Cut",
    "Design",
    "Examples",
    "HeldOut",
    "Model",
    "Replacement",
    "capture",
    "cut",
    "from_arrays",
    "held_out",
    "make",
    "register",
    "registered",
    "replacement",
    "site",
    "sites",
    "splice",
    "split",
]
