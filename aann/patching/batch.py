"""Inputs of a technique: arrays of examples, and batches of them."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.arrays import held
from aann.model import Model
from aann.statistics.indices import is_count


def chunks(n: int, batch_size: int | None) -> Iterator[tuple[np.ndarray, int]]:
    """Rows of each batch and how many of them count: the last one is padded with row 0.

    Raises:
        ValueError: batch_size is below 1.
    """
    if batch_size is not None and not is_count(batch_size):
        raise ValueError(f"batch_size is at least 1, got {batch_size!r}")
    size = n if batch_size is None else min(batch_size, n)
    for start in range(0, n, size):
        rows = np.arange(start, start + size)
        yield np.where(rows < n, rows, 0), min(size, n - start)


def example_count(inputs: Any) -> int:
    """How many examples inputs hold.

    Raises:
        ValueError: none, or their arrays differ in that.
    """
    sizes = {np.shape(x)[:1] for x in jax.tree.leaves(inputs)}
    if len(sizes) != 1 or sizes & {(), (0,)}:
        raise ValueError(f"inputs are (n, ...) arrays of at least one example, got n = {sizes}")
    (n,) = sizes.pop()
    return int(n)


def like_batch(inputs: Any, batch_size: int | None) -> Any:
    """Shapes and dtypes of a batch of inputs."""
    n = example_count(inputs)
    size = n if batch_size is None else max(1, min(batch_size, n))
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct((size, *x.shape[1:]), x.dtype), inputs)


def take(inputs: Any, rows: np.ndarray) -> Any:
    """Some of the examples, on the device."""
    if len(rows) == example_count(inputs):
        return jax.tree.map(jnp.asarray, inputs)
    return jax.tree.map(lambda x: jnp.asarray(x[rows]), inputs)


def given(model: Model, inputs: Any, what: str = "inputs") -> Any:
    """Inputs as arrays that the model takes: lists of numbers, and tensors of other libraries, too.

    Numbers are cast to the model's dtype where that is exact (int64 tokens to int32).

    Args:
        model: says what one example looks like, if it does.
        inputs: (n, ...) array, a tree of them, or nested lists of numbers.
        what: they are called in messages.

    Raises:
        ValueError: lists of different lengths, what is no array, numbers that the model's dtype
            does not hold: with all problems.
    """
    leaves, structure = jax.tree.flatten(inputs)
    if leaves and all(isinstance(x, bool | int | float | np.generic) for x in leaves):
        leaves, structure = [inputs], jax.tree.structure(0)
    dtype = None if model.inputs is None or len(leaves) != 1 else model.inputs.dtype
    problems: list[str] = []
    arrays = [_array(x, dtype, what, problems) for x in leaves]
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    return jax.tree.unflatten(structure, arrays)


def _array(value: Any, wanted: Any, what: str, problems: list[str]) -> Any:
    """One array, of the dtype that is wanted where that holds all its numbers."""
    if isinstance(value, jax.Array) and (wanted is None or value.dtype == wanted):
        return value
    try:
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except Exception as error:  # another library's, or lists of different lengths
        problems.append(
            f"{what} are one array of numbers, (n, ...): got {type(value).__name__} that NumPy "
            f"cannot read ({str(error).splitlines()[0][:100]}); pad sequences to one length"
        )
        return value
    if array.dtype == object or array.dtype.kind in "USMm":
        problems.append(f"{what} are arrays of numbers, (n, ...): got {type(value).__name__}")
        return value
    if wanted is None and array.dtype.kind == "f":
        return array  # JAX's own rule: float64 is float32 to it
    target = jax.dtypes.canonicalize_dtype(array.dtype) if wanted is None else np.dtype(wanted)
    if array.dtype == target or not _alike(array.dtype, target):
        return array  # another kind of numbers is told with what the model takes
    cast, bad = held(array, target)
    if bad.any():
        problems.append(
            f"{what} have dtype {array.dtype} and numbers that {target} does not hold: cast them "
            f"with .astype({target.name!r}) if rounding them is meant"
        )
    return cast


def _alike(a: Any, b: Any) -> bool:
    """Whether both are integers, or both floats."""
    return any(
        jnp.issubdtype(a, kind) and jnp.issubdtype(b, kind) for kind in (jnp.integer, jnp.floating)
    )
