"""Two runs to be compared example by example, and the sites at which they are.

Everything that mixes a clean and a corrupted run checks its arguments here, all at once.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from aann.evaluation.answer import Metric, check_metric
from aann.model import Model
from aann.program.axes import AXES, Places, places
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph, shape_of

DIRECTIONS = ("denoise", "noise")


class PatchingOptions(TypedDict, total=False):
    """Keywords that activation, path and attribution patching share.

    Attributes:
        by: axes of the patched sites along which places lie, as names or numbers:
            ``("position",)``, ``("head",)``, ``(1, 2)``. Without any the whole site is one place.
        direction: ``"denoise"``, the default, puts clean values into the corrupted run;
            ``"noise"`` corrupted ones into the clean run.
        batch_size: examples at a time; all of them by default.
        at_once: places at a time, 1 by default. More pays off on accelerators and on small batches.
        axes: last word of a site's name -> names of its axes; ``AXES`` by default.
    """

    by: Sequence[int | str]
    direction: str
    batch_size: int | None
    at_once: int
    axes: Mapping[str, Sequence[str]]


DEFAULTS: PatchingOptions = {
    "by": (), "direction": DIRECTIONS[0], "batch_size": None, "at_once": 1, "axes": AXES,
}  # fmt: skip
"""What options are where they are not given."""

Function = TypeVar("Function", bound=Callable[..., Any])


def with_options(function: Function) -> Function:
    """Name the options in a function's signature, where ``help`` and notebooks look for them."""
    own = inspect.signature(function)
    named = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value)
        for name, value in DEFAULTS.items()
    ]
    function.__signature__ = own.replace(parameters=[*named, *options])  # type: ignore[attr-defined]
    return function


@dataclasses.dataclass(frozen=True, eq=False)
class Pairs:
    """Checked arguments of a comparison.

    Attributes:
        base: inputs of the run that is changed.
        other: inputs of the run that the changes come from.
        n: how many examples.
        size: of a batch.
        places: site -> its places.
        direction: of the patch.
        at_once: places at a time.
    """

    base: Any
    other: Any
    n: int
    size: int
    places: Mapping[str, Places]
    direction: str
    at_once: int

    __repr__ = brief

    def batches(self, metric: Metric) -> Iterator[tuple[Any, Any, Metric, int]]:
        """Base inputs, other inputs, metric and how many rows count; the last batch is padded."""
        for rows, count in chunks(self.n, self.size):
            yield take(self.base, rows), take(self.other, rows), metric.take(rows), count


def chunks(n: int, batch_size: int | None) -> Iterator[tuple[np.ndarray, int]]:
    """Rows of each batch and how many of them count: the last one is padded with row 0.

    Raises:
        ValueError: batch_size is below 1.
    """
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size is at least 1, got {batch_size}")
    size = n if batch_size is None else min(batch_size, n)
    for start in range(0, n, size):
        rows = np.arange(start, start + size)
        yield np.where(rows < n, rows, 0), min(size, n - start)


def example_count(inputs: Any) -> int:
    """How many examples inputs hold.

    Raises:
        ValueError: none, or their arrays differ in that.
    """
    sizes = {np.shape(x)[:1] for x in jax.tree.leaves(inputs)}
    if len(sizes) != 1 or sizes & {(), (0,)}:
        raise ValueError(f"inputs are (n, ...) arrays of at least one example, got n = {sizes}")
    (n,) = sizes.pop()
    return int(n)


def like_batch(inputs: Any, batch_size: int | None) -> Any:
    """Shapes and dtypes of a batch of inputs."""
    n = example_count(inputs)
    size = n if batch_size is None else max(1, min(batch_size, n))
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct((size, *x.shape[1:]), x.dtype), inputs)


def take(inputs: Any, rows: np.ndarray) -> Any:
    """Some of the examples, on the device."""
    return jax.tree.map(lambda x: jnp.asarray(x[rows]), inputs)


def pairs(
    model: Model,
    clean: Any,
    corrupted: Any,
    names: Sequence[str],
    metric: Metric,
    options: PatchingOptions,
    *,
    differentiate: bool = False,
) -> Pairs:
    """Check everything that two runs and a list of sites can have wrong.

    Raises:
        TypeError: there are no such options.
        ValueError: with all problems.
    """
    _check_known(options)
    problems = [] if names else ["no sites: name at least one"]
    problems += [f"site {n!r} is named twice" for n in dict.fromkeys(names) if names.count(n) > 1]
    chosen: PatchingOptions = {**DEFAULTS, **options}
    problems += _option_problems(chosen)
    problems += _check_inputs(model, clean, corrupted)
    if problems:
        raise ValueError("\n".join(problems))
    n = example_count(clean)
    batch = like_batch(clean, chosen["batch_size"])
    size = example_count(batch)
    try:
        graph = trace_model(model, model.params, batch, names)
        running.check_changes(graph, dict.fromkeys(names, running.Change(lambda x: x)))
    except ValueError as error:
        problems.append(str(error))
    else:
        outputs = jax.eval_shape(model.apply, model.params, batch)
        problems += check_metric(metric, outputs, n, size)
        problems += check_sites(graph, names, size, differentiate=differentiate)
    found = {}
    for name in names if not problems else ():
        shape = shape_of(graph.read_vars(name)[0]).shape
        try:
            found[name] = places(name, shape, chosen["by"], chosen["axes"])
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    direction = chosen["direction"]
    base, other = (corrupted, clean) if direction == "denoise" else (clean, corrupted)
    return Pairs(base, other, n, size, found, direction, chosen["at_once"])


def _check_known(options: PatchingOptions) -> None:
    known = PatchingOptions.__annotations__
    if unknown := sorted(options.keys() - known):
        raise TypeError(
            f"patching takes no {', '.join(unknown)}: its options are {', '.join(known)}"
        )


def _option_problems(chosen: PatchingOptions) -> list[str]:
    """What is wrong with options, all of them given, whatever the sites are."""
    problems = []
    if (direction := chosen["direction"]) not in DIRECTIONS:
        problems.append(f"direction is 'denoise' or 'noise', got {direction!r}")
    if (size := chosen["batch_size"]) is not None and size < 1:
        problems.append(f"batch_size is at least 1, got {size}")
    if (at_once := chosen["at_once"]) < 1:
        problems.append(f"at_once is the number of places at a time, at least 1: got {at_once}")
    return problems


def check_sites(graph: Graph, names: Sequence[str], size: int, *, differentiate: bool) -> list[str]:
    """Problems of sites: the first axis is not the examples, or there is no derivative."""
    problems = []
    for name in names:
        site = shape_of(graph.read_vars(name)[0])
        if site.shape[:1] != (size,):
            problems.append(
                f"site {name!r} has shape {site.shape}: its first axis must be the {size} examples"
            )
        if differentiate and not jnp.issubdtype(site.dtype, jnp.floating):
            problems.append(
                f"site {name!r} has dtype {site.dtype}: only floating-point values have gradients"
            )
    return problems


def _check_inputs(model: Model, clean: Any, corrupted: Any) -> list[str]:
    """Same structure, shapes and dtypes, what the model takes, and at least one example."""
    trees: list[Any] = [jax.tree.structure(inputs) for inputs in (clean, corrupted)]
    if trees[0] != trees[1]:
        return ["clean and corrupted inputs have different structures"]
    problems = []
    for a, b in zip(jax.tree.leaves(clean), jax.tree.leaves(corrupted), strict=True):
        if (np.shape(a), a.dtype) != (np.shape(b), b.dtype):
            problems.append(
                f"clean inputs have shape {np.shape(a)} and dtype {a.dtype}, corrupted ones "
                f"{np.shape(b)} and {b.dtype}: they are compared example by example"
            )
        elif np.ndim(a) == 0 or not len(a):
            problems.append(f"inputs of shape {np.shape(a)} hold no examples")
    if model.inputs is not None and not problems:
        (leaf,) = jax.tree.leaves(clean)
        if leaf.dtype != model.inputs.dtype or leaf.ndim != len(model.inputs.shape) + 1:
            problems.append(
                f"model {model.name!r} takes (batch, ...) inputs like {model.inputs}, got shape "
                f"{leaf.shape} and dtype {leaf.dtype}"
            )
    return problems


def check_finite(values: np.ndarray, what: str) -> None:
    """Raise where a result (*places, examples) is NaN or infinite.

    Raises:
        ValueError: naming the first place and example.
    """
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        *place, example = (int(i) for i in bad[0])
        where = f", place {tuple(place)}" if place else ""
        raise ValueError(
            f"{what} gives {values[tuple(bad[0])]}{where}, example {example} ({len(bad)} of "
            f"{values.size} values are not finite): look for NaN in the inputs, answers out of "
            "range, or activations far from natural ones"
        )
