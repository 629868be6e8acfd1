"""Passes over data on disk: the same question about the same data is answered from there.

The key covers weights and program of the model, what is looked at with all that it knows, the
data's contents, options, versions, code and kind of device. A file that is damaged or was made from
something else is left out with a warning, and made again.
"""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from aann.data.examples import Examples
from aann.machine.machine import Machine
from aann.model import Model
from aann.store import key, shard
from aann.store.digest import digest, traced
from aann.store.room import check_writable
from aann.vis.chosen.numbers import Numbers
from aann.vis.chosen.options import Options

FOLDER = "examples"

Arrays = dict[str, np.ndarray]


def recall(
    folder: pathlib.Path | str | None, make_key: Callable[[], str], compute: Callable[[], Arrays]
) -> Arrays:
    """The arrays that belong to a key: read, or computed and written.

    Args:
        folder: of the cache; without it nothing is kept.
        make_key: of all that they depend on.
        compute: called if they are not there.

    Raises:
        OSError: the folder cannot be written.
    """
    if folder is None:
        return compute()
    place = pathlib.Path(folder).expanduser()
    check_writable(place)
    made_of = make_key()
    path = place / FOLDER / f"{made_of[:32]}{shard.SUFFIX}"
    found = shard.read(path, made_of)
    if found is None:
        shard.write(path, made_of, found := compute())
    return found


def key_of(
    model: Model, numbers: Numbers, data: Examples, size: int, machine: Machine, options: Options
) -> str:
    """All that a pass depends on."""

    def of(params: Any, inputs: Any) -> Any:
        return numbers(dataclasses.replace(model, params=params), inputs)

    return digest(
        "chosen examples",
        key.of_machine(machine),
        machine.bfloat16,
        key.of_model(model, size),
        traced(of, model.params, model.batch(size)),
        key.of_examples(data),
        [options.n, options.per_example, options.seed, list(options.pools)],
    )
