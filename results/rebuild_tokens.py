"""The programs of saved tables of transformers, made again from the constants that were saved.

Of networks that add the constants are not saved, for there are thousands: those programs are fitted
to noise of the same shapes, so that the number of their constants can be compared and no more.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

import aann
import zoo
from circuits.induction import program as induction
from circuits.max_of_k import program as max_of_k
from circuits.modular_addition import controls as modular_controls
from circuits.modular_addition import evidence, fit
from circuits.modular_addition import program as modular
from results.rebuild import Programs, constants

PATTERN = "blocks.0.attn.pattern"
PAIRS = 64
"""Of noise, to fit to: enough for the linear fits of up to 19 features."""


@functools.cache
def network(task: str) -> aann.Model:
    """The network whose shapes stand for those of all networks of a task."""
    return zoo.load(task, "seed0")


def shapes(task: str, program: aann.Replacement) -> list[jax.ShapeDtypeStruct]:
    """Shapes of what a program reads."""
    return [_sites(task)[site] for site in program.reads]


@functools.cache
def _sites(task: str) -> Mapping[str, Any]:
    return aann.sites(network(task))


def of_induction(row: Mapping[str, Any]) -> Programs:
    """The programs of a row of ``evals.induction``."""
    made = []
    for name, values in _parts(row).items():
        reads = (PATTERN, "input") if "heads" in values else ("input",)
        function = getattr(induction, name.replace(" ", "_"))
        made.append(_program(function, reads, name, values))
    return tuple(made)


def of_max_of_k(row: Mapping[str, Any]) -> Programs:
    """The programs of a row of ``evals.max_of_k``."""
    return tuple(
        _program(*_max_of_k(name), name=name, values=values) for name, values in _parts(row).items()
    )


@functools.cache
def _max_of_k(name: str) -> tuple[Callable[..., jax.Array], tuple[str, ...]]:
    """Function and reads of a program; one function for all networks."""
    attention = {
        "ordered": max_of_k.ordered, "smallest first": max_of_k.ordered,
        "largest": max_of_k.largest, "evenly": max_of_k.evenly,
    }  # fmt: skip
    output = {
        "copying": max_of_k.copying,
        "copying and neighbours": max_of_k.neighbours,
        "copying of the next": max_of_k.one_too_many,
    }
    if name in attention:
        return attention[name], ("input",)
    return output[name](_sites("max_of_k")["logits"].shape[-1]), (PATTERN, "input")


def whole_network(row: Mapping[str, Any]) -> Programs:
    """The program of a row of the report of ``evals.modular_addition``, or of ``evals.pareto``."""
    modulus = _sites("modular_addition")["logits"].shape[-1]
    made = _program(_adds(modulus), ("input",), "network", row["values"])
    wrong = {"a - b": modular_controls.difference, "a + b + 1": modular_controls.one_more}
    return (wrong[row["name"]](made, modulus) if row["name"] in wrong else made,)


@functools.cache
def _adds(modulus: int) -> Callable[..., jax.Array]:
    """One function for all settings."""
    return modular.network(modulus)


def of_noise(frequencies: int, neurons: int | None) -> dict[str, Programs]:
    """Row -> program, of a network that adds.

    Args:
        frequencies: how many were found in it.
        neurons: how many of them a frequency explains, if any.
    """
    made = _of_noise(frequencies)
    if neurons is not None:
        some = _some(made[0], neurons)
        made = (*made, some, fit.rectified(noise(), some))
    return {program.name: (program,) for program in made}


@functools.cache
def _of_noise(count: int) -> Programs:
    """All neurons first."""
    seen, frequencies = noise(), range(1, count + 1)
    everything = fit.neurons(seen, frequencies, least=None)
    return (
        everything,
        fit.rectified(seen, everything),
        fit.mlp(seen, frequencies),
        fit.mlp_plane(seen, frequencies),
        fit.attention(seen, frequencies),
        fit.mean_attention(seen),
        fit.blended_attention(seen, frequencies),
        fit.network(seen, frequencies),
    )


@functools.cache
def noise() -> evidence.Evidence:
    """What no network does, in the shapes of those that add."""
    rng = np.random.default_rng(0)
    sites = _sites("modular_addition")
    modulus, heads = sites["logits"].shape[-1], sites[evidence.PATTERN].shape[1]
    last = {
        evidence.PATTERN: (heads, 3), evidence.SCORES: (heads, 3), "logits": (modulus,),
        **{site: sites[site].shape[-1:] for site in (evidence.PRE, evidence.POST, evidence.OUT)},
    }  # fmt: skip
    values = {site: rng.normal(size=(PAIRS, *shape)) for site, shape in last.items()}
    tokens = np.column_stack([rng.integers(0, modulus, (PAIRS, 2)), np.full(PAIRS, modulus)])
    return evidence.Evidence(network("modular_addition"), tokens.astype(np.int32), values)


def _some(neurons: aann.Replacement, count: int) -> aann.Replacement:
    chosen = {
        n: aann.Constant(c.value if n == "modulus" else np.asarray(c.value)[:count], "fitted")
        for n, c in neurons.constants.items()
    }
    return dataclasses.replace(
        neurons, name="neurons", units=neurons.units[:count], constants=chosen
    )


def _parts(row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Program -> its values, of a row that may have several."""
    names = row["program"].split(" + ")
    if len(names) == 1:
        return {names[0]: row["values"]}
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    for key, value in row["values"].items():
        program, _, name = key.rpartition(".")
        found[program][name] = value
    return found


def _program(
    function: Callable[..., jax.Array], reads: Sequence[str], name: str, values: Mapping[str, Any]
) -> aann.Replacement:
    """A program to be counted: where it writes does not count."""
    return aann.make(
        function, model="", site="any", units=(0,), reads=reads, constants=constants(values),
        name=name,
    )  # fmt: skip
