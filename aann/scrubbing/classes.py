"""Resample ablation within the classes of any function of the inputs."""

from collections.abc import Callable
from typing import Any, Unpack

from aann.data.examples import Examples
from aann.model import Model
from aann.scrubbing.equivalence import Same
from aann.scrubbing.hypothesis import Hypothesis
from aann.scrubbing.options import ScrubOptions
from aann.scrubbing.scrub import scrub
from aann.scrubbing.scrubbed import Scrubbed
from aann.trace.value import value

CLASS = "class_"


def resample_within(
    model: Model,
    function: Callable[[Any], Any],
    where: Any,
    examples: Examples,
    *,
    same: Any = None,
    name: str = "",
    **options: Unpack[ScrubOptions],
) -> Scrubbed:
    """Replace activations by those of another example of the same class, and keep all else.

    What a function leaves of the loss is what the activations carry of it; the row's ``random`` is
    plain resample ablation.

    Args:
        model: the network.
        function: ``inputs (batch, ...) -> (batch, ...)``, written in ``jax.numpy``.
        where: the activations: a site's name, an ``aann.Where`` or several.
        examples: to scrub, which are also the donors.
        same: when two of the function's values are of one class; by default when they are equal.
        name: of the row; by default the function's.
        **options: of ``aann.scrub``.

    Raises:
        TypeError, ValueError: as ``aann.scrub``.
    """
    kind = Same() if same is None else same

    def program(inputs: Any) -> Any:
        return value(CLASS, function(inputs))

    called = name or str(getattr(function, "__name__", "function"))
    hypothesis = Hypothesis(program, {CLASS: where}, kind, "keep", called)
    return scrub(model, hypothesis, examples, **options)
