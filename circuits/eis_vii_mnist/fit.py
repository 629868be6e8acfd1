"""The constants of the programs of the challenge network, fitted on design pictures.

``look`` runs the network on the design pictures once. Every fit is then of one kind: the mean
divergence KL(network || program) over those pictures goes down, by L-BFGS, from a start that says
what the constants mean. With two classes the divergence depends on the logit difference alone, and
a group of units adds to that difference by its weights in the last layer, so that no fit runs the
network again.

Every function that ends in a replacement declares its constants with where they come from. The
template of the published rule is training picture 6: 784 numbers, which count.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.eis_vii_mnist import program as programs
from circuits.eis_vii_mnist.descend import STEPS, least_divergence
from circuits.eis_vii_mnist.evidence import Evidence
from circuits.eis_vii_mnist.groups import Groups
from circuits.fitting.attention import rounded
from zoo.eis_vii_mnist import rule

DIGITS = 3
CUT_OFF = (0.24, 0.73)
"""Part of the design pictures that are less like the clue than the published bounds."""
LOYALTY = 0.02
"""Nats for a unit whose error is as large as its variance: what they write together is not all."""
SIDES = (-1.0, 1.0)
"""Of the arms: the inverse, then the template."""

Program = Callable[..., jax.Array]


def label(seen: Evidence, *, host: bool = False) -> aann.Replacement:
    """The published rule in place of the logits; only its two heights are fitted, in closed form.

    Args:
        seen: from ``look``.
        host: in NumPy.
    """
    bounds = np.asarray(rule.BOUNDS) / 1000
    inside = (bounds[0] < seen.similarity) & (seen.similarity < bounds[1])
    # The divergence from a constant is least where it has the mean probability.
    chance = 1 / (1 + np.exp(-seen.difference.astype(np.float64)))
    mean = np.asarray([chance[inside].mean(), chance[~inside].mean()])
    constants = {
        "template": template(seen),
        "bounds": aann.Constant(bounds, "source", "Heimersheim and Hobbhahn, in thousands"),
        "height": _fitted(np.log(mean / (1 - mean)), seen),
    }
    program: Program = programs.label_on_host if host else programs.label  # type: ignore[assignment]
    name = "published rule, NumPy" if host else "published rule"
    return on_difference(seen, program, constants, name, host=host)


def vee(seen: Evidence, name: str = "V of the clue") -> aann.Replacement:
    """A V of the similarity with the clue in place of the logits."""
    start = start_of_vee(seen)
    found = least_divergence(
        lambda c, s: programs.larger_arm(s, c["gain"], c["threshold"]),
        start, seen.difference, [seen.similarity],
    )  # fmt: skip
    constants = {"template": template(seen), **{n: _fitted(x, seen) for n, x in found.items()}}
    return on_difference(seen, programs.vee(), constants, name)


def drawn(
    seen: Evidence, draw: programs.Draw, start: Mapping[str, np.ndarray], name: str, *,
    fixed: Mapping[str, aann.Constant] | None = None,
    penalty: Callable[..., jax.Array] | None = None, steps: int = STEPS,
) -> aann.Replacement:  # fmt: skip
    """A V of the similarity with a template that is drawn from a few numbers, or from many.

    Template, gains and thresholds are fitted together, from end to end.

    Args:
        seen: from ``look``.
        draw: the template.
        start: what it is drawn from, where the descent starts.
        name: of the program.
        fixed: constants that are not fitted.
        penalty: of the constants, in nats, for templates of many numbers.
        steps: of the descent, at most.
    """
    program, known = programs.vee(draw), dict(fixed or {})
    held = {n: jnp.asarray(c.value, jnp.float32) for n, c in known.items()}
    found = least_divergence(
        lambda c, images: program(images, aann.Constants({**held, **c}))[:, 0] * 2**0.5,
        {**start_of_vee(seen), **start}, seen.difference, [seen.images], penalty=penalty,
        steps=steps,
    )  # fmt: skip
    return on_difference(seen, program, {**known, **declared(found, seen)}, name)


def units(seen: Evidence, group: Sequence[int], name: str) -> aann.Replacement:
    """A rectified affine function of the similarity in place of each unit of a group.

    Args:
        seen: from ``look``.
        group: the units.
        name: of the group.
    """
    return _group(seen, group, programs.units(), name, start_of_units(seen, group))


def shared_arm(seen: Evidence, group: Sequence[int], name: str) -> aann.Replacement:
    """One arm of the V, times a gain for each unit, in place of a group."""
    start = start_of_units(seen, group)
    middle = np.average(start["threshold"], weights=np.abs(start["gain"]))
    start = {"gain": start["gain"], "threshold": np.asarray(middle)}
    return _group(seen, group, programs.shared_arm(), f"{name}, one arm", start)


def start_of_vee(seen: Evidence) -> dict[str, np.ndarray]:
    """Thresholds that cut off as much as the published rule does, and the arms' slopes there."""
    bounds = np.quantile(seen.similarity, CUT_OFF)
    slopes = []
    for side, bound in zip(SIDES, bounds, strict=True):
        beyond = side * (seen.similarity - bound) > 0
        rise = side * (seen.similarity[beyond] - bound)
        slopes.append(side * (rise @ seen.difference[beyond]) / (rise @ rise))
    return {"gain": np.asarray(slopes), "threshold": bounds}


def start_of_units(seen: Evidence, group: Sequence[int]) -> dict[str, np.ndarray]:
    """Gain and threshold of each unit by least squares where it fires."""
    gains, thresholds = [], []
    for unit in group:
        values = seen.activations[:, unit].astype(np.float64)
        on = values > 0
        gain, offset = np.polyfit(seen.similarity[on], values[on], 1)
        gains.append(gain)
        thresholds.append(-offset / gain)
    return {"gain": np.asarray(gains), "threshold": np.asarray(thresholds)}


def both(seen: Evidence, groups: Groups, *, one_arm: bool = False) -> list[aann.Replacement]:
    """The programs of the two groups, that of the template first."""
    make = shared_arm if one_arm else units
    return [make(seen, groups.one, "like the 1"), make(seen, groups.inverse, "like its inverse")]


def on_difference(
    seen: Evidence, program: Program, constants: Mapping[str, Any], name: str, *, host: bool = False
) -> aann.Replacement:
    """A program in place of the logit difference."""
    return aann.make(
        program, model=seen.model.name, site="logits", units=(0,), basis=programs.DIFFERENCE,
        constants=constants, name=name, host=host, exchangeable=_exchangeable(constants),
    )  # fmt: skip


def _group(
    seen: Evidence, group: Sequence[int], program: Program, name: str, start: dict[str, np.ndarray]
) -> aann.Replacement:
    chosen = np.asarray(group)
    weights = seen.weights[chosen]
    natural = seen.activations[:, chosen]
    rest = seen.difference - natural @ weights

    def values(c: Mapping[str, jax.Array], s: Any) -> jax.Array:
        above: jax.Array = s[:, None] - jnp.atleast_1d(c["threshold"])[None]
        return jax.nn.relu(c["gain"][None] * above)

    def difference(c: Mapping[str, jax.Array], s: Any, rest: Any, w: Any, *_: Any) -> jax.Array:
        total: jax.Array = rest + values(c, s) @ w
        return total

    def error(c: Mapping[str, jax.Array], s: Any, _: Any, w: Any, h: Any, var: Any) -> jax.Array:
        off: jax.Array = (((values(c, s) - h) ** 2).mean(0) / var).mean()
        return LOYALTY * off

    given = [seen.similarity, rest, weights, natural, natural.var(0)]
    found = least_divergence(
        difference,
        start,
        seen.difference,
        given,
        penalty=error,
        apart=start["threshold"].ndim > 0,
    )
    constants = {"template": template(seen), **{n: _fitted(x, seen) for n, x in found.items()}}
    return aann.make(
        program, model=seen.model.name, site="fc1", units=tuple(group), constants=constants,
        name=name, exchangeable=_exchangeable(constants),
    )  # fmt: skip


def _exchangeable(constants: Mapping[str, Any]) -> dict[str, int | None]:
    """A wrong program has the template's numbers in random places."""
    drawn = {"template": None, "amplitude": 0, "cells": None}
    return {name: axis for name, axis in drawn.items() if name in constants}


def template(seen: Evidence) -> aann.Constant:
    """The clue as a constant: all of its pixels count."""
    return aann.Constant(seen.clue, "source", f"training picture {rule.CLUE} of MNIST")


def _fitted(value: np.ndarray, seen: Evidence) -> aann.Constant:
    note = f"KL(network || program) on {len(seen.difference)} design pictures"
    return aann.Constant(rounded(np.asarray(value), DIGITS), "fitted", note)


def declared(found: Mapping[str, np.ndarray], seen: Evidence) -> dict[str, aann.Constant]:
    """Fitted constants, rounded, with where they come from."""
    return {n: _fitted(x, seen) for n, x in found.items()}


def renamed(replacement: aann.Replacement, name: str) -> aann.Replacement:
    """The same under another name."""
    return dataclasses.replace(replacement, name=name)
