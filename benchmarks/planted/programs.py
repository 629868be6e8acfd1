"""Programs at known distances from a planted one, in chains: each is further off than those before.

Only programs of one chain are compared: how many percent of jitter are worth one wrong unit is not
known, but that 10% are nearer than 20% is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import aann
from benchmarks.planted.networks import SITE, Planted

JITTER = (5, 10, 20, 40, 80)
GAINS = (0.9, 0.75, 0.5, 0.25)
SHRUNK = (0.75, 0.5, 0.25, 0.0)
NOISE = (0.25, 0.5, 1.0, 2.0)
PLACES = (1, 2, 3)
TABLES = (256, 32, 4)

EXACT = "exact"


class Planned(NamedTuple):
    """Programs and their order.

    Attributes:
        exact: the program itself.
        others: at a distance from it.
        chains: kind of error -> names from the nearest on, the exact one first.
    """

    exact: aann.Replacement
    others: Sequence[aann.Replacement]
    chains: Mapping[str, Sequence[str]]


def plan(net: Planted, design: aann.Design, seed: int) -> Planned:
    """All programs for a network.

    Args:
        net: the network.
        design: examples that means, spreads and tables are from.
        seed: of the direction in which constants move, and of other draws.
    """
    rng = np.random.default_rng([seed, 4])
    inputs = design.load(range(len(design)))
    values = np.asarray(jax.jit(net.truth)(inputs, net.constants))
    chains = {
        "constants jittered": _jittered(net, rng),
        "gain": [_scaled(net, g) for g in GAINS],
        "shrunk to the mean": [_shrunk(net, t, values.mean(0)) for t in SHRUNK],
        "noise added": [_noisy(net, s, values.std(0)) for s in NOISE],
        "units exchanged": _exchanged(net),
        "table of examples": [_table(net, m, inputs, values) for m in TABLES],
    }
    if net.moved is not None:
        chains["another place"] = [_elsewhere(net, by) for by in PLACES]
    exact = made(net, net.truth, EXACT, net.constants)
    return Planned(
        exact,
        [program for chain in chains.values() for program in chain],
        {kind: [EXACT, *(p.name for p in chain)] for kind, chain in chains.items()},
    )


def made(net: Planted, program: Any, name: str, constants: Mapping[str, Any]) -> aann.Replacement:
    """A program for the units of ``net``."""
    return aann.make(
        program, model=net.model.name, site=SITE, units=net.units, reads=("input",), axis=1,
        constants={n: aann.Constant(np.asarray(x), "chosen") for n, x in constants.items()},
        name=name,
    )  # fmt: skip


def _jittered(net: Planted, rng: np.random.Generator) -> list[aann.Replacement]:
    """All constants moved in one direction, further and further."""
    way = {n: rng.choice([-1.0, 1.0], np.shape(net.constants[n])) for n in net.scales}
    found = []
    for percent in JITTER:
        moved = {
            n: np.asarray(net.constants[n] + percent / 100 * way[n] * net.scales[n], np.float32)
            for n in net.scales
        }
        found.append(made(net, net.truth, f"jitter {percent}%", {**net.constants, **moved}))
    return found


def _scaled(net: Planted, gain: float) -> aann.Replacement:
    def scaled(x: jax.Array, c: Any) -> jax.Array:
        return c["factor"] * net.truth(x, c)

    return made(net, scaled, f"gain {gain:g}", {**net.constants, "factor": np.float32(gain)})


def _shrunk(net: Planted, share: float, mean: np.ndarray) -> aann.Replacement:
    def shrunk(x: jax.Array, c: Any) -> jax.Array:
        return c["share"] * net.truth(x, c) + (1 - c["share"]) * c["mean"][None]

    more = {"share": np.float32(share), "mean": mean}
    name = f"shrunk to {share:.0%}" if share else "right on average only"
    return made(net, shrunk, name, {**net.constants, **more})


def _noisy(net: Planted, spreads: float, spread: np.ndarray) -> aann.Replacement:
    """Noise that is a function of the input, as a program's must be."""
    size = int(np.prod(net.model.batch(1).shape))

    def noisy(x: jax.Array, c: Any) -> jax.Array:
        way = jax.random.normal(jax.random.key(0), (size, *c["spread"].shape))
        flat = x.reshape(len(x), -1).astype(jnp.float32)
        noise = jnp.sqrt(2.0) * jnp.sin(50 * jnp.tensordot(flat, way, 1))
        return net.truth(x, c) + c["noise"] * c["spread"][None] * noise

    more = {"noise": np.float32(spreads), "spread": spread}
    return made(net, noisy, f"noise {spreads:g}", {**net.constants, **more})


def _exchanged(net: Planted) -> list[aann.Replacement]:
    """The outputs of one pair of units exchanged, then of more pairs, at last of all."""
    pairs = len(net.units) // 2
    found = []
    for count in sorted({1, (pairs + 1) // 2, pairs}):
        order = np.arange(len(net.units))
        order[: 2 * count] = order[: 2 * count].reshape(-1, 2)[:, ::-1].ravel()

        def exchanged(x: jax.Array, c: Any) -> jax.Array:
            return net.truth(x, c)[:, c["order"]]

        more = {"order": order.astype(np.int32)}
        name = f"{2 * count} units exchanged"
        found.append(made(net, exchanged, name, {**net.constants, **more}))
    return found


def _elsewhere(net: Planted, by: int) -> aann.Replacement:
    def elsewhere(x: jax.Array, c: Any) -> jax.Array:
        assert net.moved is not None  # else there is no such chain
        return net.truth(net.moved(x, by), c)

    return made(net, elsewhere, f"{by} off", net.constants)


def _table(net: Planted, count: int, inputs: np.ndarray, values: np.ndarray) -> aann.Replacement:
    """What the units did on the most alike of the first ``count`` design examples."""

    def table(x: jax.Array, c: Any) -> jax.Array:
        return c["done"][net.apart(x, c["seen"]).argmin(-1)]

    known = {"seen": inputs[:count], "done": values[:count]}
    return made(net, table, f"table of {count}", known)
