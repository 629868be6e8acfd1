"""Pictures that a part of a model answers to most.

    aann.vis.visualise(model, "mixed3b:343").figure()
    several = channel("mixed3b", 379) + 20.0 * diversity("mixed3b")
    aann.vis.visualise(model, ["mixed3b:343", several], n=4).save("pictures")

Everything follows from the seed: the start, and what happens to a picture at every step (on a GPU
bit for bit with ``XLA_FLAGS=--xla_gpu_deterministic_ops=true``). What an objective's pictures
become does not depend on what else is optimised beside it (within rounding), if the model treats
each example by itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
import optax

from aann.machine.progress import LOG
from aann.machine.progress import progress as progress_of
from aann.model import Model
from aann.vis.features.ascent import Ascent, Found
from aann.vis.features.given import (
    PIXELS,
    count_problems,
    input_problems,
    objective_problems,
    range_problems,
    refuse,
)
from aann.vis.features.objectives.objective import Objective
from aann.vis.features.objectives.written import as_objective
from aann.vis.features.parametrisations import Fourier, Parametrisation, Shape
from aann.vis.features.seen import Eye
from aann.vis.features.settings import setting_problems
from aann.vis.features.transforms import Transform, robust
from aann.vis.features.visualised import Visualised

AXES = 3
"""Of one picture: rows, columns, channels."""

SIDES = 2
"""Axes of ``size``."""


def visualise(
    model: Model,
    objectives: str | Objective | Sequence[str | Objective],
    *,
    n: int = 1,
    steps: int = 512,
    size: tuple[int, int] | None = None,
    start: Any = None,
    parametrisation: Parametrisation | None = None,
    transforms: Sequence[Transform] | None = None,
    optimizer: optax.GradientTransformation | None = None,
    low_high: tuple[float, float] = PIXELS,
    keep: Sequence[int] = (),
    together: int = 16,
    seed: int = 0,
    progress: bool = True,
) -> Visualised:
    """Optimise pictures for objectives.

    Args:
        model: takes (n, rows, columns, channels) or (n, channels, rows, columns), one or three
            channels, and declares ``inputs``.
        objectives: one or several, each optimised apart from the others.
        n: pictures an objective, optimised together (``diversity`` looks across them).
        steps: of the optimiser.
        size: rows and columns of the pictures; by default those of the model. The changed pictures
            are scaled to what the model takes.
        start: pictures in [0, 1] to start at instead of grey noise, of one ``size``: (rows,
            columns, channels), with n before them, or objectives and n.
        parametrisation: by default ``Fourier()``.
        transforms: random changes, by default ``robust(rows, columns)``; none is ``()``.
        optimizer: by default Adam with learning rate 0.05.
        low_high: what black and white are for the model.
        keep: after how many steps pictures on the way are kept, too.
        together: at most so many pictures at once in memory, but all ``n`` of an objective.
        seed: of start and changes.
        progress: show a bar on a terminal, lines in the log elsewhere.

    Raises:
        TypeError: an objective is none.
        ValueError: the model takes no pictures, sites or units are not there, numbers out of range,
            or an objective is NaN on what was found.

    An objective that nothing moves, such as a dead unit's, is named in a warning of the log.
    """
    several: Any = objectives
    if isinstance(several, str) or not isinstance(several, Iterable):
        several = [several]
    chosen = [as_objective(o) for o in several]
    eye = Eye(model, low_high)
    begin, wrong = _numbers(start)
    problems = [
        *input_problems(model),
        *range_problems(low_high),
        *_number_problems(n, steps, together, size, keep),
        *setting_problems(
            model,
            parametrisation=parametrisation,
            transforms=transforms,
            optimizer=optimizer,
            seed=seed,
        ),
        *wrong,
        *([] if chosen else ["no objective: name one, such as 'mixed3b:343'"]),
    ]
    refuse(problems or _objective_problems(eye, chosen, n, low_high))
    shape = _shape(eye, n, size, begin)
    begin = None if begin is None else _spread(begin, len(chosen), shape)
    changes = robust(*shape[1:3]) if transforms is None else transforms
    groups = _groups(chosen, max(together // n, 1))
    total = len(groups) * steps
    bar = iter(progress_of(range(total), "visualise", unit="step") if progress else range(total))
    found: dict[int, tuple[Found, int]] = {}
    for group in groups:
        ascent = Ascent(
            eye, [chosen[k] for k in group], shape, parametrisation or Fourier(),
            optimizer or optax.adam(0.05), changes,
        )  # fmt: skip
        own = None if begin is None else begin[group]
        made = ascent.run(jax.random.key(seed), _counted(bar, steps), own, keep)
        found.update({k: (made, i) for i, k in enumerate(group)})
    next(bar, None)  # so that it ends
    return _together(chosen, [found[k] for k in range(len(chosen))], keep)


def _together(
    chosen: Sequence[Objective], found: Sequence[tuple[Found, int]], keep: Sequence[int]
) -> Visualised:
    broken = [
        f"objective {objective.name!r} is NaN or infinite on what was found"
        for objective, (made, i) in zip(chosen, found, strict=True)
        if not (np.isfinite(made.values[i]).all() and np.isfinite(made.pictures[i]).all())
    ]
    if broken:
        raise ValueError("; ".join(broken))
    still = [repr(o.name) for o, (made, i) in zip(chosen, found, strict=True) if not made.moved[i]]
    if still:
        LOG.warning(
            "no gradient reaches the pictures of %s: they are as they were at the start",
            ", ".join(still),
        )
    return Visualised(
        tuple(o.name for o in chosen),
        np.stack([made.pictures[i] for made, i in found]),
        np.stack([made.values[i] for made, i in found]),
        np.stack([made.course[:, i] for made, i in found], axis=1),
        np.stack([made.kept[:, i] for made, i in found], axis=1),
        tuple(sorted(set(keep))),
    )


def _counted(bar: Iterable[int], steps: int) -> Iterable[int]:
    for i, _ in zip(range(steps), bar, strict=False):
        yield i


def _groups(objectives: Sequence[Objective], most: int) -> list[list[int]]:
    """Which are optimised in one batch: they need the same sites, so that none waits for others."""
    by_sites: dict[tuple[str, ...], list[int]] = {}
    for k, objective in enumerate(objectives):
        by_sites.setdefault(tuple(sorted(objective.sites)), []).append(k)
    return [ks[i : i + most] for ks in by_sites.values() for i in range(0, len(ks), most)]


def _shape(eye: Eye, n: int, size: tuple[int, int] | None, start: np.ndarray | None) -> Shape:
    *sides, channels = eye.shape
    if start is not None and start.ndim >= AXES and size is None:
        sides = list(start.shape[-AXES:-1])
    rows, columns = size or sides
    return n, rows, columns, channels


def _numbers(start: Any) -> tuple[np.ndarray | None, list[str]]:
    """Starting pictures as an array, and what is wrong with them."""
    try:
        found = None if start is None else np.asarray(start).astype(np.float32)
    except (TypeError, ValueError):
        return None, [f"start has pictures in [0, 1], got {type(start).__name__}"]
    if found is not None and not found.size:
        return None, [f"start has pictures, got none: shape {found.shape}"]
    return found, []


def _spread(start: np.ndarray, objectives: int, shape: Shape) -> np.ndarray:
    """Starting pictures for each objective.

    Raises:
        ValueError: they are no such pictures.
    """
    whole = (objectives, *shape)
    if start.shape not in (whole, whole[1:], whole[2:]):
        raise ValueError(
            f"start has pictures of shape {whole[2:]}, {whole[1:]} or {whole}, got {start.shape}"
        )
    if not (np.isfinite(start).all() and start.min() >= 0 and start.max() <= 1):
        raise ValueError(
            "start has pictures in [0, 1], got values from "
            f"{np.min(start):g} to {np.max(start):g}: divide pixels by 255"
        )
    return np.broadcast_to(start, whole)


def _number_problems(n: int, steps: int, together: int, size: Any, keep: Any) -> list[str]:
    problems = count_problems(n=n, steps=steps, together=together)
    if size is not None and (not isinstance(size, Sequence) or len(size) != SIDES):
        problems.append(f"size is rows and columns, such as (96, 96), got {size!r}")
    elif size is not None:
        problems += count_problems(rows=size[0], columns=size[1])
    if not isinstance(keep, Sequence):
        return [*problems, f"keep is a sequence of steps, such as (16, 64), got {keep!r}"]
    wrong = [k for k in keep if count_problems(step=k)]
    late = [k for k in keep if not (wrong or count_problems(steps=steps)) and k > steps]
    if wrong or late:
        problems.append(f"steps to keep are whole numbers from 1 to {steps}, got {list(keep)}")
    return problems


def _objective_problems(
    eye: Eye, objectives: Sequence[Objective], n: int, low_high: tuple[float, float]
) -> list[str]:
    """What objectives find wrong with the model: sites and units that it has not, shapes."""
    together = sum(objectives[1:], objectives[0])
    if not objective_problems(eye.model, together, n, low_high):
        return []
    found = [p for o in objectives for p in objective_problems(eye.model, o, n, low_high)]
    return list(dict.fromkeys(found))
