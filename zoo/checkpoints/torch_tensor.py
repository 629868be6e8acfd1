"""Tensors as PyTorch's pickles describe them: a storage, an offset, a shape and strides.

``torch.save`` writes each tensor as a call of ``torch._utils._rebuild_tensor_v2`` on a storage, a
run of numbers that lies elsewhere in the file. ``FUNCTIONS`` says what such calls mean here.

Sharp edge: all numbers come from the file. They are checked against each other here, and the
size of a storage against the file by ``zoo.checkpoints.torch_file``, before memory is set aside.
"""

import math
from typing import Any, Final

import ml_dtypes
import numpy as np

from aann.shown.brief import word
from zoo.checkpoints import numpy_pickle, pickle_machine
from zoo.checkpoints.placeholder import Placeholder

DTYPES: Final = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "BFloat16Storage": np.dtype(ml_dtypes.bfloat16),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
}
"""Storage class of PyTorch -> dtype of its elements in the file."""

_NO_STORAGE = "the pickle refers to something other than a storage"


class Storage(Placeholder):
    """A run of numbers in the file, whose ``data`` come once the pickle has been read."""

    def __init__(self, key: str, dtype: np.dtype[Any], numel: int) -> None:
        self.key = key
        self.dtype = dtype
        self.numel = numel
        self.data: bytes | None = None

    @property
    def nbytes(self) -> int:
        """Size in the file."""
        return self.numel * self.dtype.itemsize

    def value(self) -> np.ndarray:
        """All elements."""
        if self.data is None:
            raise ValueError(f"the file has no storage {word(self.key)}")
        return np.frombuffer(self.data, self.dtype)


class Tensor(Placeholder):
    """A tensor's place in a storage; offset and strides count elements."""

    def __init__(
        self, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> None:
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides

    def value(self) -> np.ndarray:
        """A read-only view of the storage."""
        elements = self.storage.value()
        size = elements.dtype.itemsize
        if 0 in self.shape:
            return np.zeros(self.shape, elements.dtype)
        return np.lib.stride_tricks.as_strided(
            elements[self.offset :], self.shape, [s * size for s in self.strides], writeable=False
        )


def storage_of(identity: Any, storages: dict[str, Storage]) -> Storage:
    """The storage of a persistent id: ("storage", class, key, device, elements[, None])."""
    if not isinstance(identity, tuple) or len(identity) not in (5, 6):
        raise ValueError(_NO_STORAGE)
    kind, dtype, key, _, numel, *view = identity
    known = kind == "storage" and isinstance(dtype, pickle_machine.Global)
    known = known and isinstance(key, str) and len(key) <= 200 and _is_size(numel)
    if not known or view not in ([], [None]) or dtype.name not in DTYPES:
        raise ValueError(_NO_STORAGE)
    storage = storages.setdefault(key, Storage(key, DTYPES[dtype.name], numel))
    if (storage.dtype, storage.numel) != (DTYPES[dtype.name], numel):
        raise ValueError(f"the storage {word(key)} is declared in two ways")
    return storage


def _is_size(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 62


def _rebuild_tensor(
    storage: Any,
    offset: Any,
    shape: Any,
    strides: Any,
    requires_grad: Any = False,
    backward_hooks: Any = None,
    metadata: Any = None,
) -> Tensor:
    """``torch._utils._rebuild_tensor_v2``."""
    if len(shape) != len(strides) or len(shape) > 32:
        raise ValueError(f"a tensor has {len(shape)} axes and {len(strides)} strides, at most 32")
    sizes = (offset, *shape, *strides)
    if not isinstance(storage, Storage) or not all(map(_is_size, sizes)):
        raise ValueError(
            f"the pickle makes a tensor of {type(storage).__name__}, offset and sizes {word(sizes)}"
        )
    last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    if (0 not in shape and last >= storage.numel) or math.prod(shape) >= 1 << 59:
        raise ValueError(
            f"a tensor of shape {word(tuple(shape))}, strides {word(tuple(strides))} and offset "
            f"{offset} reaches beyond its storage {word(storage.key)} of {storage.numel} elements"
        )
    return Tensor(storage, offset, tuple(shape), tuple(strides))


def _rebuild_parameter(data: Any, requires_grad: Any, backward_hooks: Any) -> Any:
    """``torch._utils._rebuild_parameter``: the tensor."""
    return data


FUNCTIONS: Final[pickle_machine.Functions] = {
    ("collections", "OrderedDict"): pickle_machine.ordered_dict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch", "Size"): tuple,
    **{("torch", storage): None for storage in DTYPES},
    **numpy_pickle.FUNCTIONS,
}
"""All that a PyTorch file may ask for."""
