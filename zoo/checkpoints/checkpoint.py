"""Foreign checkpoints, read into the parameters that a model expects, all of them or none.

``hdf5`` reads arrays that are plainly there, and ``read_torch`` PyTorch's pickles with a
machine that can call nothing. A file that the model does not expect is refused rather than
skipped: half-understood weights give a network that runs and is wrong.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from aann.shown.brief import clip, listed, word
from zoo.checkpoints.hdf5 import read_array
from zoo.checkpoints.torch_file import read_torch

__all__ = ["check", "from_torch_dump", "read_torch"]

_ENDING = {"kernel": "w", "bias": "b"}


def from_torch_dump(files: Mapping[str, Path], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a Flax network from a dump with one HDF5 file a tensor.

    A layer ``name`` is stored in two files whose data sets have the files' own names: ``name_w``,
    the kernel (out, height, width, in), and ``name_b``, the bias (out,).

    Args:
        files: stem of the file -> path.
        expected: layer -> ``kernel`` and ``bias`` with shape and dtype; kernels are
            (height, width, in, out) for convolutions and (in, out) for dense layers.

    Returns:
        Arrays on the default device, in the structure of ``expected``.

    Raises:
        ValueError: files are missing, left over or unreadable, or shapes differ; all are listed.
    """
    wanted = {
        f"{layer}_{_ENDING[kind]}": (layer, kind, want)
        for layer, kinds in expected.items()
        for kind, want in kinds.items()
    }
    problems = [f"missing: {stem}" for stem in wanted if stem not in files]
    problems += [f"not expected: {stem}" for stem in files if stem not in wanted]
    params: dict[str, Any] = {layer: {} for layer in expected}
    for stem in wanted.keys() & files.keys():
        layer, kind, want = wanted[stem]
        try:
            array = read_array(files[stem], stem, _stored(want.shape))
        except (OSError, ValueError) as error:
            problems.append(f"{stem}: {error}")
        else:
            params[layer][kind] = jnp.asarray(_rearranged(array, want.shape), want.dtype)
    _refuse(problems, "the checkpoint")
    return params


def check(found: Mapping[str, Any], expected: Mapping[str, tuple[int, ...]], where: str) -> None:
    """Refuse arrays that are not exactly what a model expects.

    Args:
        found: name -> array.
        expected: name -> shape; all arrays hold finite floating-point numbers.
        where: they come from, for the message.

    Raises:
        ValueError: arrays are missing, left over, of another shape or not finite; all are listed.
    """
    problems = [f"missing: {name}" for name in expected.keys() - found.keys()]
    problems += [f"not expected: {clip(name, 100)}" for name in found.keys() - expected.keys()]
    for name in expected.keys() & found.keys():
        array = found[name]
        if not isinstance(array, np.ndarray):
            problems.append(f"{name}: expected an array, found {type(array).__name__}")
        elif array.shape != expected[name]:
            found_shape = word(array.shape)
            problems.append(f"{name}: expected shape {expected[name]}, found {found_shape}")
        elif not jnp.issubdtype(array.dtype, jnp.floating):
            problems.append(f"{name}: expected floating-point numbers, found {array.dtype}")
        elif not np.isfinite(array.astype(np.float32)).all():
            problems.append(f"{name}: has values that are infinite or no numbers")
    _refuse(problems, where)


def _refuse(problems: list[str], where: str) -> None:
    if problems:
        raise ValueError(
            f"{where} does not fit the model, {len(problems)} problem(s):\n"
            + listed(sorted(problems))
        )


def _stored(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in the file: a bias's own, of a kernel (out, height, width, in)."""
    return shape if len(shape) == 1 else (shape[-1], *((1, 1, *shape)[-4:-1]))


def _rearranged(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A bias as it is; a kernel (out, height, width, in) with its outputs moved last."""
    if len(shape) == 1:
        return array
    return np.ascontiguousarray(np.moveaxis(array, 0, -1)).reshape(shape)
