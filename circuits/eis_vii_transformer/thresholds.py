"""Thresholds of sums of look-ups in place of the logits, fitted on the divergence of design pairs.

``read`` finds planes in the directions of what the MLP reads: the tables are the network's own
look-ups, and only the planes, a weight for each direction and an offset, are fitted. ``freed``
starts there and lets every entry of the tables go, with a pull back to where it was; ``smoothed``
does so for tables that are made of fewer numbers (``trade``).

All fits go down the mean of KL(network || program) over all design pairs (Adam), from several
random starts where there are planes to find; the best one counts.
"""

import functools
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

import aann
from circuits.eis_vii_transformer import program as programs
from circuits.eis_vii_transformer.evidence import LOGITS, MIDDLE, Evidence, LookUps, look_ups
from circuits.eis_vii_transformer.fit import DIRECTIONS
from circuits.fitting.attention import rounded

STARTS, STEPS, RATE = 4, 1_500, 0.1
PULL = 3e-3
"""Nats that moving every entry of a table by one nat costs ``freed``."""
DIGITS = 2

Program = Callable[..., jax.Array]
FORMS: Final[dict[str, Program]] = {"all": programs.all_above, "any": programs.any_above}


class Tables(NamedTuple):
    """Look-ups of both tokens, (threshold, P) each; thresholds are in the second."""

    first: np.ndarray
    second: np.ndarray


class Planes(NamedTuple):
    """Sums of what the MLP reads: weights (threshold, direction) of look-ups, and offsets."""

    weights: np.ndarray
    offset: np.ndarray
    look_ups: LookUps

    @property
    def tables(self) -> Tables:
        """The sums as look-ups of both tokens."""
        first, second = self.weights @ self.look_ups.first, self.weights @ self.look_ups.second
        return Tables(first, second + self.offset)


def read(
    seen: Evidence, thresholds: int = 2, directions: int = DIRECTIONS, form: str = "all"
) -> Planes:
    """Planes in the directions of what the MLP reads.

    Args:
        seen: from ``look``.
        thresholds: how many sums there are.
        directions: how many of the principal directions the planes are in.
        form: ``"all"`` sums are above zero for class 1, or ``"any"``.
    """
    found = look_ups(seen, directions)
    first, second = (jnp.asarray(x, jnp.float32) for x in (found.first, found.second))
    shape = (STARTS, thresholds, len(first) + 1)
    start = np.random.default_rng(0).normal(size=shape)
    sums = first[:, seen.tokens[:, 0]] + second[:, seen.tokens[:, 1]]
    features = jnp.concatenate([sums, jnp.ones_like(sums[:1])])
    planes, cost = _planes(jnp.asarray(start, jnp.float32), features, jnp.asarray(seen.lead), form)
    best = np.asarray(planes[np.asarray(cost).argmin()], np.float64)
    return Planes(best[:, :-1], best[:, -1:], found)


def freed(seen: Evidence, start: Tables, form: str = "all") -> Tables:
    """All entries of the tables fitted, starting from those of ``read``."""
    hot = np.eye(programs.P)
    return smoothed(seen, start, hot, hot, form, PULL)


def smoothed(
    seen: Evidence,
    start: Tables,
    first: np.ndarray,
    second: np.ndarray,
    form: str = "all",
    pull: float = 0.0,
) -> Tables:
    """The numbers that tables are made of: of A (threshold, columns of ``first``), of B likewise.

    Args:
        seen: from ``look``.
        start: tables of all entries; the nearest that can be made start the descent.
        first: (P, numbers): what each number adds to the look-ups of A.
        second: the same for B.
        form: as for ``read``.
        pull: nats that moving every entry by one nat from the start costs.
    """
    bases = [np.asarray(x, np.float64) for x in (first, second)]
    near = [np.linalg.lstsq(x, y.T, rcond=None)[0].T for x, y in zip(bases, start, strict=True)]
    shown = [jnp.asarray(x, jnp.float32) for x in (*bases, *start)]
    numbers = tuple(jnp.asarray(x, jnp.float32) for x in near)
    tokens, lead = jnp.asarray(seen.tokens), jnp.asarray(seen.lead)
    found = _tables(numbers, shown, tokens, lead, jnp.asarray(pull, jnp.float32), form)
    return Tables(*(np.asarray(x, np.float64) for x in found))


def replacement(
    seen: Evidence, tables: Tables, name: str, program: Program = programs.all_above,
    how: str = "planes in the directions of what the MLP reads", **more: Any,
) -> aann.Replacement:  # fmt: skip
    """The program in place of both logits.

    Args:
        seen: from ``look``.
        tables: what is looked up, in nats.
        name: of the program.
        program: of ``program``.
        how: the tables were found.
        more: constants beside the tables.
    """
    note = f"nats; {how}; KL on {seen.note}"
    constants = {n: rounded(x, DIGITS) for n, x in tables._asdict().items()}
    return aann.make(
        program, model=seen.model.name, site=LOGITS, units=(0, 1), name=name,
        constants={n: aann.Constant(x, "fitted", note) for n, x in {**constants, **more}.items()},
        exchangeable=programs.LOOK_UPS,
    )  # fmt: skip


def reading(
    seen: Evidence, planes: Planes, name: str, program: Program = programs.planes
) -> aann.Replacement:
    """The planes in place of both logits, read from what the MLP reads, whatever wrote that."""
    found = planes.look_ups
    # One unit along a direction is read by the direction over its squared length.
    along = found.directions / (found.directions**2).sum(1, keepdims=True)
    weights = planes.weights @ along
    constants = {
        "weights": rounded(weights, 3),
        "offset": rounded(planes.offset - weights @ found.centre[:, None], 3)[:, 0],
    }
    note = f"planes in {len(found.directions)} directions of look-ups; KL on {seen.note}"
    return aann.make(
        program, model=seen.model.name, site=LOGITS, units=(0, 1), reads=(MIDDLE,),
        name=name, constants={n: aann.Constant(x, "fitted", note) for n, x in constants.items()},
        exchangeable={"weights": 1},
    )  # fmt: skip


def divergence(natural: jax.Array, artificial: jax.Array) -> jax.Array:
    """KL of class probabilities from leads of class 1, (n,) each, nats."""
    log = jax.nn.log_sigmoid
    one = jax.nn.sigmoid(natural)
    return one * (log(natural) - log(artificial)) + (1 - one) * (log(-natural) - log(-artificial))


def _lead(sums: jax.Array, form: str) -> jax.Array:
    return programs.soft_minimum(sums) if form == "all" else -programs.soft_minimum(-sums)


@functools.partial(jax.jit, static_argnames="form")
def _planes(
    starts: jax.Array, features: jax.Array, lead: jax.Array, form: str
) -> tuple[jax.Array, jax.Array]:
    """The planes from each start, (start, threshold, feature), and their divergences."""

    def cost(planes: jax.Array) -> jax.Array:
        return divergence(lead, _lead(planes @ features, form)).mean()

    def down(start: jax.Array) -> tuple[jax.Array, jax.Array]:
        found: jax.Array = _down(cost, start)
        return found, cost(found)

    found: tuple[jax.Array, jax.Array] = jax.lax.map(down, starts)
    return found


@functools.partial(jax.jit, static_argnames="form")
def _tables(
    numbers: tuple[jax.Array, ...], shown: list[jax.Array], tokens: jax.Array, lead: jax.Array,
    pull: jax.Array, form: str,
) -> Any:  # fmt: skip
    first, second, *start = shown

    def cost(numbers: tuple[jax.Array, ...]) -> jax.Array:
        tables = (numbers[0] @ first.T, numbers[1] @ second.T)
        moved = sum(((x - y) ** 2).mean() for x, y in zip(tables, start, strict=True))
        sums = tables[0][:, tokens[:, 0]] + tables[1][:, tokens[:, 1]]
        return divergence(lead, _lead(sums, form)).mean() + pull * moved

    return _down(cost, numbers)


def _down(cost: Callable[[Any], jax.Array], start: Any) -> Any:
    """Where ``STEPS`` steps of Adam from ``start`` end."""
    adam = optax.adam(optax.cosine_decay_schedule(RATE, STEPS))

    def step(state: Any, _: None) -> tuple[Any, None]:
        values, inner = state
        with jax.numpy_dtype_promotion("standard"):  # optax raises floats to integer powers
            change, inner = adam.update(jax.grad(cost)(values), inner)
        return (optax.apply_updates(values, change), inner), None

    (found, _), _ = jax.lax.scan(step, (start, adam.init(start)), None, length=STEPS)
    return found
