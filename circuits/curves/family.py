"""The curve detectors of a model, found by showing it synthetic curves.

A curve detector answers to curves that face one way and to no others, whether they are light or
dark, a line or the edge of something filled, at the radius that suits it best. So a unit's score is
its direction selectivity (length of the mean vector of its tuning curve) times its best response to
the kind of curve that it likes least: light or dark, line or filled. Nothing here knows the number
of a unit: any spatial site of any image model can be asked.

Sharp edges: only the central cell is read, so a unit whose receptive field lies off centre answers
less; scores compare units of one site only, in that site's own scale.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import aann
from aann.vis import stimuli, tuning

DIRECTIONS = tuple(float(angle) for angle in range(0, 360, 15))
RADII = (15.0, 25.0, 40.0, 60.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Family:
    """Units of one site that are tuned to the direction of curves.

    Attributes:
        site: where they are.
        units: the best-scoring ones, best first.
        directions: of each unit, from curve to circle's centre, in degrees, y up.
        scores: of all units of the site.
        tuning: response of each of ``units`` to each of ``angles``, at the best radius of a kind,
            mean over light and dark, line and filled.
        centre: row and column of the pixel that the curves pass through.
        angles: the directions that were shown, in degrees.
        variants: the kinds of curves that were shown.
    """

    site: str
    units: tuple[int, ...]
    directions: tuple[float, ...]
    scores: Float[np.ndarray, " channel"]
    tuning: Float[np.ndarray, "unit angle"]
    centre: tuple[float, float]
    angles: tuple[float, ...]
    variants: tuple[stimuli.Variant, ...]


def find_family(model: aann.Model, site: str = "mixed3b", n: int = 10) -> Family:
    """The ``n`` units of ``site`` that are most like curve detectors.

    Args:
        model: an image model that declares ``inputs`` (height, width, channels), in pixel values
            around a grey of 117.
        site: a spatial site (batch, rows, columns, channels).
        n: how many units to return.

    Raises:
        ValueError: the site is unknown or not spatial, the model takes no images, or ``n`` is not
            between 1 and the number of units that answer to curves at all.
    """
    _, _, channels = tuning.grid(model, site)
    if not 1 <= n <= channels:
        raise ValueError(f"n is between 1 and the {channels} units of {site!r}, got {n}")
    kinds = stimuli.variants(RADII)
    shape = model.batch(1)
    read = tuning.central_reader(model, site)
    centre = tuning.field_centre(read, jax.ShapeDtypeStruct(shape.shape[1:], shape.dtype))
    answers = _answers(read, shape, centre, DIRECTIONS, kinds)
    curve, scores, directions = rank(answers, len(RADII))
    order = np.argsort(-scores, kind="stable")[:n]
    if not scores[order[-1]] > 0:
        raise ValueError(
            f"only {int((scores > 0).sum())} units of {site!r} answer to all kinds of curves; "
            f"ask for at most that many instead of {n}"
        )
    return Family(
        site=site,
        units=tuple(int(u) for u in order),
        directions=tuple(round(float(directions[u]), 1) for u in order),
        scores=scores,
        tuning=curve[order],
        centre=centre,
        angles=DIRECTIONS,
        variants=kinds,
    )


def measure_tuning(model: aann.Model, family: Family) -> Float[np.ndarray, "unit angle"]:
    """Tuning curves of the family's units in another model, such as one with a program spliced in.

    Args:
        model: has the family's site, with at least as many units.
        family: says which stimuli to show and which units to read, in this order.

    Returns:
        What ``Family.tuning`` would be; of the model that the family is from, just that.

    Raises:
        ValueError: the site is unknown or not spatial or lacks units, or the model takes no images.
    """
    _, _, channels = tuning.grid(model, family.site)
    if outside := [u for u in family.units if u >= channels]:
        raise ValueError(
            f"{family.site!r} of {model.name!r} has units 0 to {channels - 1}, the family has "
            f"{outside}"
        )
    read = tuning.central_reader(model, family.site)
    answers = _answers(read, model.batch(1), family.centre, family.angles, family.variants)
    return _curves(answers, len(RADII))[list(family.units)]


def _answers(
    read: Callable[[Any], jax.Array],
    shape: jax.ShapeDtypeStruct,
    centre: tuple[float, float],
    angles: Sequence[float],
    kinds: Sequence[stimuli.Variant],
) -> Float[np.ndarray, "variant unit angle"]:
    """Responses of all units to curves that pass through one pixel."""
    shown = stimuli.pictures(shape.shape[1:], centre, angles, kinds)
    return tuning.responses(read, shown, shape.dtype).transpose(0, 2, 1)


def _curves(
    answers: Float[np.ndarray, "variant unit angle"], radii: int
) -> Float[np.ndarray, "unit angle"]:
    """Tuning curves: at the best radius of each kind of curve, mean over the kinds."""
    kinds = answers.reshape(-1, radii, *answers.shape[1:]).max(1)
    mean: np.ndarray = kinds.mean(0)
    return mean


def rank(
    answers: Float[np.ndarray, "variant unit angle"], radii: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tuning curves, scores and preferred directions of units.

    Args:
        answers: responses; the variants of one kind (light or dark, line or filled) with their
            radii lie together.
        radii: number of variants of one kind.
    """
    kinds = answers.reshape(-1, radii, *answers.shape[1:]).max(1)
    curve = _curves(answers, radii)
    selectivity, directions = tuning.mean_vector(curve, DIRECTIONS)
    worst = kinds.max(-1).min(0)
    return curve, np.maximum(selectivity * worst, 0.0), directions
