"""Foreign checkpoints, read into the parameters that a model expects, all of them or none.

HDF5 holds arrays and no code, so reading it is safe. A file that the model does not expect is
refused rather than skipped: half-understood weights give a network that runs and is wrong.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import jax.numpy as jnp
import numpy as np

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
            params[layer][kind] = jnp.asarray(_read(files[stem], stem, want.shape), want.dtype)
        except (OSError, KeyError, ValueError) as error:
            problems.append(f"{stem}: {error}")
    if problems:
        raise ValueError(
            f"the checkpoint does not fit the model, {len(problems)} problem(s):\n  "
            + "\n  ".join(sorted(problems))
        )
    return params


def _read(path: Path, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The array in one file, rearranged to ``shape``."""
    with h5py.File(path) as file:
        if list(file) != [name]:
            raise KeyError(f"expected the one data set {name!r}, found {list(file)}")
        array = np.asarray(file[name])
    return _rearranged(array, shape)


def _rearranged(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A bias as it is; a kernel (out, height, width, in) with its outputs moved last."""
    stored = shape if len(shape) == 1 else (shape[-1], *((1, 1, *shape)[-4:-1]))
    if array.shape != stored:
        raise ValueError(f"expected shape {stored}, found {array.shape}")
    return (
        array if len(shape) == 1 else np.ascontiguousarray(np.moveaxis(array, 0, -1)).reshape(shape)
    )
