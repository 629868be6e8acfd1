"""What a killed run needs to go on: one file, replaced as a whole, so that it is never half new.

The file is a safetensors file: the arrays of the training state under their tree paths, and as
metadata the settings of the run and its records. A run goes on only from its own settings; a file
that does not fit or was cut short is refused and left where it is.
"""

import json
import os
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import save_file

from aann.report import strict
from aann.shown.brief import clip, listed, word
from zoo.checkpoints.tensors import read_tensors

Record = dict[str, int | float]
"""Measures of one moment of a run; ``step`` is always one of them."""


def save(path: Path, state: Any, settings: dict[str, Any], records: list[Record]) -> None:
    """Write a checkpoint, or replace it.

    Args:
        path: of the file; its folder exists.
        state: pytree of arrays.
        settings: what decides the result of the run, as JSON can say it.
        records: what was measured so far.
    """
    metadata = {"settings": json.dumps(settings), "records": json.dumps(records)}
    beside = path.with_name(path.name + ".new")
    try:
        save_file({name: np.asarray(leaf) for name, leaf in _named(state)}, beside, metadata)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:  # a full disk gets its room back
        beside.unlink(missing_ok=True)


def restore(path: Path, like: Any, settings: dict[str, Any]) -> tuple[Any, list[Record]]:
    """Read a checkpoint.

    Args:
        path: of the file.
        like: pytree with the structure, shapes and dtypes of the state.
        settings: of the run that goes on.

    Returns:
        The state and the records.

    Raises:
        ValueError: the file is damaged, or is of a run with other settings or another state.
    """
    try:
        metadata, arrays = read_tensors(path)
        before, records = (strict.parse(metadata[name]) for name in ("settings", "records"))
        if not isinstance(before, dict) or not _are_records(records):
            raise ValueError("its settings or records are none")
    except (OSError, KeyError, ValueError) as error:
        said = clip(str(error), 300)
        raise ValueError(
            f"the checkpoint {path} is damaged ({said}): remove it to start this run again"
        ) from error
    now = json.loads(json.dumps(settings))
    problems = [
        f"{clip(key, 60)} was {word(before.get(key))} and is {word(now.get(key))}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
    wanted = dict(_named(like))
    problems += _misfits(wanted, arrays)
    if problems:
        raise ValueError(
            f"the checkpoint {path} is of another run; remove it, or choose another folder with "
            "--out:\n" + listed(problems)
        )
    leaves = [jnp.asarray(arrays[name]) for name in wanted]
    return jax.tree.unflatten(jax.tree.structure(like), leaves), records


def _misfits(wanted: dict[str, Any], arrays: dict[str, np.ndarray]) -> list[str]:
    """How the stored arrays differ from the wanted ones in name, shape or dtype."""
    problems = [f"array missing: {name}" for name in wanted if name not in arrays]
    problems += [f"array not expected: {clip(n, 100)}" for n in arrays if n not in wanted]
    for name in wanted.keys() & arrays.keys():
        want, got = wanted[name], arrays[name]
        if (want.shape, want.dtype) != (got.shape, got.dtype):
            problems.append(
                f"{name}: expected {want.dtype}{list(want.shape)}, "
                f"found {got.dtype}{list(got.shape)}"
            )
    return problems


def _are_records(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(record, dict)
        and "step" in record
        and all(isinstance(x, int | float) for x in record.values())
        for record in found
    )


def _named(tree: Any) -> list[tuple[str, Any]]:
    return [(jax.tree_util.keystr(p), x) for p, x in jax.tree_util.tree_leaves_with_path(tree)]
