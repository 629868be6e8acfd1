"""Pickles of NumPy arrays and scalars, without ``pickle``: numbers and booleans only.

NumPy pickles an array as a call of ``_reconstruct``, followed by its state: shape, dtype, memory
order and bytes; with protocol 5 most arrays as a call of ``_frombuffer`` with the same. Bytes that
were written apart from the pickle are not looked for. ``read_pickle`` reads a plain pickle of such
arrays in dicts, lists and tuples.

Sharp edges: arrays are read-only. Dtypes that hold objects, strings, dates or fields are refused.
"""

import io
import math
import re
from pathlib import Path
from typing import Any, Final

import numpy as np

from aann.shown.brief import word
from zoo.checkpoints import unpickle
from zoo.checkpoints.content import read_bytes
from zoo.checkpoints.pickle_machine import Functions
from zoo.checkpoints.placeholder import Placeholder, settle

_CODE = re.compile(r"[iuf][1248]|b1|c8|c16")


class Dtype(Placeholder):
    """A dtype, whose byte order comes as its state."""

    def __init__(self, code: Any, *flags: Any) -> None:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise ValueError(f"the pickle has the dtype {word(code)}; only numbers are read")
        self.dtype = np.dtype(code)

    def set_state(self, state: Any) -> None:
        """(version, byte order, ...)."""
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise ValueError("the pickle has a dtype with a damaged state")
        self.dtype = self.dtype.newbyteorder(state[1])

    def value(self) -> np.dtype[Any]:
        """The dtype."""
        return self.dtype


class Ndarray(Placeholder):
    """An array, all of which comes as its state."""

    def __init__(self, kind: Any, *initial: Any) -> None:
        self.state: tuple[tuple[int, ...], Dtype, bool, bytes] | None = None
        self.axes: tuple[int, ...] | None = None  # the order in which they are seen

    def set_state(self, state: Any) -> None:
        """(version, shape, dtype, whether in Fortran's order, bytes)."""
        try:
            _, shape, dtype, fortran, data = state
            # before anything that takes longer the more axes there are, and the longer they are
            sound = isinstance(shape, tuple | list) and len(shape) <= 32
            sound = sound and all(type(n) is int and 0 <= n < 1 << 59 for n in shape)
            sound = sound and isinstance(dtype, Dtype) and isinstance(data, bytes)
            sound = sound and math.prod(shape) * dtype.dtype.itemsize == len(data)
        except (TypeError, ValueError):
            sound = False
        if not sound:
            raise ValueError("the pickle has an array whose shape, dtype and bytes do not match")
        self.state = tuple(shape), dtype, bool(fortran), data

    def value(self) -> np.ndarray:
        """The array."""
        if self.state is None:
            raise ValueError("the pickle has an array without content")
        shape, dtype, fortran, data = self.state
        order: Any = "F" if fortran else "C"
        array = np.frombuffer(data, dtype.dtype).reshape(shape, order=order)
        return array if self.axes is None else array.transpose(self.axes)


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any, axes: Any = None) -> Ndarray:
    """``_frombuffer``, as which protocol 5 writes arrays without gaps."""
    array = Ndarray(None)
    array.set_state((1, shape, dtype, order == "F", data))
    if order == "K":
        axes = tuple(axes)
        if not all(type(n) is int for n in axes) or sorted(axes) != list(range(len(shape))):
            raise ValueError(f"the pickle has an array with the order of axes {word(axes)}")
        array.axes = axes
    elif order not in ("C", "F"):
        raise ValueError("the pickle has an array whose memory order is not known")
    return array


class Scalar(Ndarray):
    """A number, kept as a NumPy scalar."""

    def __init__(self, dtype: Any, data: Any) -> None:
        super().__init__(None)
        self.set_state((1, (), dtype, False, data))

    def value(self) -> Any:
        """The scalar."""
        return super().value()[()]


def _latin1(text: Any, encoding: Any) -> bytes:
    """``_codecs.encode``, as which old protocols write bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise ValueError(f"the pickle encodes a {type(text).__name__} as {word(encoding)}")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """``bytes()``, as which old protocols write empty bytes."""
    return b""


FUNCTIONS: Final[Functions] = {
    ("__builtin__", "bytes"): _no_bytes,
    ("_codecs", "encode"): _latin1,
    ("numpy", "ndarray"): None,
    ("numpy", "dtype"): Dtype,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): Ndarray for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _from_buffer for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): Scalar for core in ("core", "_core")},
}
"""All that a pickle of arrays may ask for."""


def read_pickle(path: str | Path) -> Any:
    """The object in a pickle of arrays and plain data.

    Raises:
        ValueError: it is damaged, or asks for anything else; then nothing was run.
        OSError: the file cannot be read.
    """
    file = io.BytesIO(read_bytes(path))
    try:
        value = settle(unpickle.read(file, FUNCTIONS))
        if rest := len(file.read()):
            raise ValueError(f"{rest} bytes are left over")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"cannot read {path} as a pickle of arrays: {error}") from error
    return value
