"""Two runs to be compared example by example, and the sites at which they are.

Everything that mixes a clean and a corrupted run checks its arguments here, all at once.
"""

import dataclasses
import functools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from aann.evaluation.answer import Metric
from aann.evaluation.apart import check_batch
from aann.machine.progress import progress
from aann.model import Model
from aann.patching.alone import judge_alone
from aann.patching.batch import chunks, example_count, given, like_batch, take
from aann.patching.judge import Arrays, Judge
from aann.patching.look import check_sites, look
from aann.patching.options import PatchingOptions, settled
from aann.program.axes import Places, places
from aann.shown.brief import brief
from aann.trace.reuse import Reuse


@dataclasses.dataclass(frozen=True, eq=False)
class Pairs:
    """Checked arguments of a comparison.

    Attributes:
        base: inputs of the run that is changed.
        other: inputs of the run that the changes come from.
        n: how many examples.
        size: of a batch.
        places: site -> its places.
        judge: what both runs are judged by.
        direction: of the patch.
        at_once: places at a time.
    """

    base: Any
    other: Any
    n: int
    size: int
    places: Mapping[str, Places]
    judge: Judge
    direction: str
    at_once: int

    __repr__ = brief

    def batches(self, called: str) -> Iterator[tuple[Any, Any, Arrays, int]]:
        """Base inputs, other inputs, what the judge needs and how many rows count.

        The last batch is padded.
        """
        for rows, count in progress(list(chunks(self.n, self.size)), called):
            yield (
                take(self.base, rows), take(self.other, rows), self.judge.take(rows, self.n), count
            )  # fmt: skip

    @property
    def key(self) -> Hashable:
        """What a compiled patch depends on besides the model and a batch of inputs."""
        return tuple(self.places.items()), self.judge.key, self.at_once


def pairs(
    pieces: Reuse,
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
    chosen, wrong = settled(options)
    problems = [] if names else ["no sites: name at least one"]
    problems += [f"site {n!r} is named twice" for n in dict.fromkeys(names) if names.count(n) > 1]
    problems += wrong
    model = pieces.model
    clean = given(model, clean, "clean inputs")
    corrupted = given(model, corrupted, "corrupted inputs")
    problems += _check_inputs(model, clean, corrupted)
    if problems:
        raise ValueError("\n".join(problems))
    n = example_count(clean)
    batch = like_batch(clean, chosen["batch_size"])
    size = example_count(batch)
    found: dict[str, Places] = {}
    judge: Judge | list[str] = []
    try:
        looked = look(pieces, names, batch)
    except ValueError as error:
        problems.append(str(error))
    else:
        judge = judge_alone(metric, looked.outputs, n, size)
        problems += judge if isinstance(judge, list) else []
        problems += check_sites(looked.sites, size, differentiate=differentiate)
    for name in names if not problems else ():
        shape = looked.sites[name].shape
        try:
            found[name] = places(name, shape, chosen["by"], chosen["axes"])
        except ValueError as error:
            problems.append(str(error))
    if problems or isinstance(judge, list):
        raise ValueError("\n".join(problems))
    _check_apart(pieces, take(clean, np.arange(size)))
    direction = chosen["direction"]
    base, other = (corrupted, clean) if direction == "denoise" else (clean, corrupted)
    return Pairs(base, other, n, size, found, judge, direction, chosen["at_once"])


def _check_apart(pieces: Reuse, batch: Any) -> None:
    """Refuse a model that mixes examples; each is looked at once."""
    if example_count(batch) < 2:
        return
    done: list[bool] = pieces.get("apart", lambda shell: [], batch)
    if not done:
        names = list(map(str, range(example_count(batch))))
        run = functools.partial(jax.jit(pieces.model.apply), pieces.model.params)
        check_batch(run, batch, pieces.model.name, names)
        done.append(True)


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
