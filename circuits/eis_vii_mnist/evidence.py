"""What the challenge network does with pictures, and the published tests of its two groups.

``look`` runs the network on the design pictures once. ``ablations`` zeroes each group, or holds it
at its least activation, and counts the classes that change on each side of the rule: the published
test is that either group flips its own side and nothing else.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

import aann
from aann.data.batches import batches
from aann.shown.brief import brief
from circuits.eis_vii_mnist.groups import Groups
from circuits.fitting.design import check as check_design
from zoo.eis_vii_mnist import rule

SITES = ("fc1", "logits")
BATCH = 500
SHAPE = (28, 28, 1)


@dataclasses.dataclass(frozen=True, eq=False)
class Observed:
    """What the network does with pictures.

    Attributes:
        model: the network.
        clue: (28, 28), the published template, in [0, 1].
        images: (n, 28, 28, 1) in [0, 1].
        activations: (n, 200), of the first dense layer after the ReLU.
        logits: (n, 2).
    """

    model: aann.Model
    clue: Float[np.ndarray, "28 28"]
    images: Float[np.ndarray, "n 28 28 1"]
    activations: Float[np.ndarray, "n unit"]
    logits: Float[np.ndarray, "n 2"]

    __repr__ = brief

    @property
    def difference(self) -> Float[np.ndarray, " n"]:
        """Logit of class 1 less that of class 0."""
        found: np.ndarray = self.logits[:, 1] - self.logits[:, 0]
        return found

    @property
    def similarity(self) -> Float[np.ndarray, " n"]:
        """Likeness s of the published rule, in thousands of grey levels."""
        signs = 2 * self.clue.ravel().astype(np.float64) - 1
        found: np.ndarray = 0.255 * (self.images.reshape(len(self.images), -1) @ signs)
        return found

    @property
    def weights(self) -> Float[np.ndarray, " unit"]:
        """What one unit of each activation adds to the logit difference."""
        kernel = np.asarray(self.model.params["fc2"]["kernel"])
        found: np.ndarray = kernel[:, 1] - kernel[:, 0]
        return found

    @property
    def bias(self) -> float:
        """The logit difference without any unit."""
        bias = np.asarray(self.model.params["fc2"]["bias"])
        return float(bias[1] - bias[0])


class Evidence(Observed):
    """The same, of design pictures: constants are fitted to nothing else."""


def look(model: aann.Model, design: aann.Design, clue: Float[np.ndarray, "28 28"]) -> Evidence:
    """What the network does with the design pictures.

    Args:
        model: the network of ``zoo.eis_vii_mnist.model``.
        design: pictures.
        clue: the published template, in [0, 1].

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: the network, the pictures or the template are of another shape.
    """
    check_design(design, "pictures")
    seen = observe(model, design, clue)
    return Evidence(**{f.name: getattr(seen, f.name) for f in dataclasses.fields(seen)})


def observe(
    model: aann.Model, examples: aann.Examples, clue: Float[np.ndarray, "28 28"]
) -> Observed:
    """What the network does with any pictures: to be shown, and not to be fitted to.

    Raises:
        ValueError: the network, the pictures or the template are of another shape.
    """
    _check(model, clue)

    @jax.jit
    def read(params: Any, images: jax.Array) -> dict[str, jax.Array]:
        return aann.capture(dataclasses.replace(model, params=params), SITES)(images)[1]

    images, found = [], []
    for batch in batches(examples, min(BATCH, len(examples)), model):
        n = len(batch.indices)
        images.append(np.asarray(batch.inputs[:n]))
        found.append([np.asarray(read(model.params, batch.inputs)[site])[:n] for site in SITES])
    activations, logits = (np.concatenate(x) for x in zip(*found, strict=True))
    return Observed(model, np.asarray(clue), np.concatenate(images), activations, logits)


class Ablation(NamedTuple):
    """A group that is taken out, and the part of classes that change on each side of the rule.

    Attributes:
        group: ``one`` or ``inverse``.
        how: ``zero``, or ``least``: each unit at its least activation over these pictures.
        one, between, inverse: part of the pictures above both bounds, between them and below both
            whose class changes; None where there are none.
    """

    group: str
    how: str
    one: float | None
    between: float | None
    inverse: float | None

    def __repr__(self) -> str:
        return brief(self)


def ablations(seen: Observed, groups: Groups) -> list[Ablation]:
    """Each group zeroed, and held at its least activation.

    Args:
        seen: what the network does with the pictures to count on.
        groups: of units.
    """
    low, high = (bound / 1000 for bound in rule.BOUNDS)
    s = seen.similarity
    sides = {"one": s >= high, "between": (low < s) & (s < high), "inverse": s <= low}
    members: Mapping[str, Sequence[int]] = {"one": groups.one, "inverse": groups.inverse}
    found = []
    for group, units in members.items():
        natural = seen.activations[:, units]
        for how, held in (("zero", np.zeros(len(units))), ("least", natural.min(0))):
            changed = seen.difference + (held[None] - natural) @ seen.weights[list(units)]
            flipped = (changed > 0) != (seen.difference > 0)
            parts = {n: float(flipped[m].mean()) if m.any() else None for n, m in sides.items()}
            found.append(Ablation(group, how, **parts))
    return found


def _check(model: aann.Model, clue: Any) -> None:
    problems = []
    inputs = model.inputs
    if inputs is None or tuple(inputs.shape) != SHAPE:
        problems.append(
            f"the challenge network sees pictures {SHAPE}, {model.name!r} has inputs "
            f"{None if inputs is None else inputs.shape}"
        )
    if np.shape(clue) != SHAPE[:2]:
        problems.append(f"the template has the shape {SHAPE[:2]}, got {np.shape(clue)}")
    elif not (np.isfinite(clue).all() and np.min(clue) >= 0 and np.max(clue) <= 1):
        problems.append(
            f"the template is in [0, 1], got numbers from {np.min(clue):g} to {np.max(clue):g}: "
            "divide grey values by 255"
        )
    if problems:
        raise ValueError("; ".join(problems))
