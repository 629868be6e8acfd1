"""Natural and artificial answers in one pass: a program beside the units that it replaces."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.program.replacement import Replacement
from aann.splicing.splice import capture
from aann.trace.site import INPUT
from aann.vis.tuning.probe import Probe


def pair(
    probed: Probe, program: Replacement, pictures: Iterable[np.ndarray] | np.ndarray
) -> tuple[Float[np.ndarray, "n unit"], Float[np.ndarray, "n unit"]]:
    """What the central cell answers, and what it would with the program spliced in.

    Args:
        probed: reads some units of the program's site; those that it does not replace answer alike.
        program: in place of units there.
        pictures: (n, row, column, channel), or groups of them.

    Raises:
        ValueError: the program writes to another site.
    """
    if program.site != probed.site:
        raise ValueError(
            f"program {program.name!r} is in place of units of {program.site!r}, but those of "
            f"{probed.site!r} are read"
        )
    names = [program.site, *(r for r in program.reads if r != INPUT)]

    def read(params: Any, x: jax.Array) -> jax.Array:
        values = capture(dataclasses.replace(probed.model, params=params), names)(x)[1] | {INPUT: x}
        natural = values[program.site]
        part = program.pick(natural)
        made = program.compute(
            *(values[r] for r in program.reads),
            natural=jax.ShapeDtypeStruct(part.shape, part.dtype),
        )
        both = (natural, program.write(natural, made))
        return jnp.stack([probed.central(value) for value in both], 1)

    found = probed.show(read, pictures)
    if not len(found):
        return found, found
    return found[:, 0], found[:, 1]
