"""Wrong programs of the challenge network, which a forgiving metric might still reward.

- ``wrong_templates``: the clue moved, mirrored or turned, another "1" and another digit. Gain and
  threshold of each arm are fitted to the wrong template as they are to the right one;
- ``equal_entropy``: likeness to the clue with its pixels in random order: another criterion that
  gives classes as frequent as the true one's, fitted likewise;
- ``inverted``: the clue's inverse, with the constants of the clue;
- ``swapped``: each arm with the threshold of the other;
- ``crossed``, ``with_threshold``, ``mirrored``: units of a group on the other group's side, with
  its threshold, or with the mirrored clue, and all else as it is.
"""

import dataclasses
from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Float

import aann
from circuits.eis_vii_mnist import fit
from circuits.eis_vii_mnist.evidence import Evidence

MOVED: Final = 3
"""Pixels."""
SEED: Final = 0


def wrong_templates(
    clue: Float[np.ndarray, "28 28"], others: Mapping[str, Float[np.ndarray, "28 28"]]
) -> dict[str, np.ndarray]:
    """Templates that are not the clue, by name.

    Args:
        clue: the right one.
        others: pictures to use as they are, for example another "1".
    """
    return {
        f"the clue moved by {MOVED} px": np.roll(clue, MOVED, axis=1),
        "the clue mirrored": clue[:, ::-1].copy(),
        "the clue turned by 90 degrees": np.rot90(clue).copy(),
        **others,
    }


def with_templates(seen: Evidence, templates: Mapping[str, np.ndarray]) -> list[aann.Replacement]:
    """A V of the likeness to each of these, its four other constants fitted anew."""
    return [_vee(seen, template, f"V of {name}") for name, template in templates.items()]


def equal_entropy(seen: Evidence, seed: int = SEED) -> aann.Replacement:
    """A V of the likeness to the clue with its pixels in random order, fitted anew."""
    order = np.random.default_rng(seed).permutation(seen.clue.size)
    mixed = seen.clue.ravel()[order].reshape(seen.clue.shape)
    return _vee(seen, mixed, "V of the clue, pixels in random order")


def inverted(replacement: aann.Replacement) -> aann.Replacement:
    """The program with the inverse of its template, and all else as it is."""
    template = 1 - np.asarray(replacement.constants["template"].value)
    name = f"{replacement.name}, template inverted"
    return replacement.with_constants(name=name, template=template)


def swapped(replacement: aann.Replacement) -> aann.Replacement:
    """The V with each arm's threshold exchanged for the other's."""
    threshold = np.asarray(replacement.constants["threshold"].value)[::-1].copy()
    name = f"{replacement.name}, thresholds swapped"
    return replacement.with_constants(name=name, threshold=threshold)


def crossed(group: aann.Replacement, other: aann.Replacement) -> aann.Replacement:
    """The units of a group, on the side of the other group: past its threshold, the other way."""
    gain = -np.asarray(group.constants["gain"].value)
    moved = with_threshold(group, other)
    return moved.with_constants(name=f"{group.name}, on the other side", gain=gain)


def with_threshold(group: aann.Replacement, other: aann.Replacement) -> aann.Replacement:
    """The units of a group, on their side of the other group's median threshold."""
    middle = np.median(np.asarray(other.constants["threshold"].value))
    threshold = np.full(np.shape(group.constants["threshold"].value), middle)
    return group.with_constants(name=f"{group.name}, other threshold", threshold=threshold)


def mirrored(group: aann.Replacement) -> aann.Replacement:
    """A program that reads the mirrored template, with all else as it is."""
    template = np.asarray(group.constants["template"].value)[:, ::-1].copy()
    return group.with_constants(name=f"{group.name}, template mirrored", template=template)


def _vee(seen: Evidence, template: np.ndarray, name: str) -> aann.Replacement:
    made = fit.vee(dataclasses.replace(seen, clue=template), name)
    return made.with_constants(
        template=aann.Constant(template, "chosen", "a wrong template: see controls.py")
    )
