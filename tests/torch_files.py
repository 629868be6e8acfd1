"""Files in the two layouts of ``torch.save``, written byte by byte without PyTorch."""

import collections
import contextlib
import dataclasses
import io
import pickle
import sys
import types
import zipfile
from unittest import mock

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
KINDS = {
    "f4": "FloatStorage",
    "f8": "DoubleStorage",
    "f2": "HalfStorage",
    "i8": "LongStorage",
    "i4": "IntStorage",
    "i2": "ShortStorage",
    "i1": "CharStorage",
    "u1": "ByteStorage",
    "b1": "BoolStorage",
}


@dataclasses.dataclass(frozen=True, eq=False)
class Storage:
    """``declared`` is the number of elements that the pickle speaks of."""

    key: str
    kind: str
    data: bytes
    declared: int
    device: str = "cpu"


@dataclasses.dataclass(frozen=True)
class Tensor:
    storage: Storage
    offset: int
    shape: tuple
    strides: tuple
    parameter: bool = False


def storage(key, array, **changes):
    made = Storage(key, KINDS[array.dtype.str[1:]], array.tobytes(), array.size)
    return dataclasses.replace(made, **changes)


def tensor(key, array):
    """The contiguous tensor of an array, in a storage of its own."""
    strides = tuple(step // array.itemsize for step in array.strides)
    return Tensor(storage(key, array), 0, array.shape, strides)


def _stand_in(module, name):
    """A function that pickles as ``module.name``."""

    def made():
        raise AssertionError("never called")

    made.__module__, made.__name__, made.__qualname__ = module, name, name
    return made


@contextlib.contextmanager
def _torch():
    """Modules that hold what the pickles name, in place of PyTorch."""
    names = {"torch": ("BFloat16Storage", *KINDS.values())}
    names["torch._utils"] = ("_rebuild_tensor_v2", "_rebuild_parameter")
    modules = {module: types.ModuleType(module) for module in names}
    for module, members in names.items():
        for name in members:
            setattr(modules[module], name, _stand_in(module, name))
    with mock.patch.dict(sys.modules, modules):
        yield modules


class _Pickler(pickle.Pickler):
    def __init__(self, file, modules, protocol, view):
        super().__init__(file, protocol)
        self.modules, self.view, self.storages = modules, view, {}

    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        self.storages[obj.key] = obj
        kind = getattr(self.modules["torch"], obj.kind)
        return ("storage", kind, obj.key, obj.device, obj.declared, *self.view)

    def reducer_override(self, obj):
        if not isinstance(obj, Tensor):
            return NotImplemented
        utils, hooks = self.modules["torch._utils"], collections.OrderedDict()
        if obj.parameter:
            plain = dataclasses.replace(obj, parameter=False)
            return utils._rebuild_parameter, (plain, True, hooks)
        arguments = (obj.storage, obj.offset, obj.shape, obj.strides, False, hooks)
        return utils._rebuild_tensor_v2, arguments


def pickled(obj, protocol=2, view=()):
    """The pickle of an object, and the storages that it refers to."""
    file = io.BytesIO()
    with _torch() as modules:
        pickler = _Pickler(file, modules, protocol, view)
        pickler.dump(obj)
    return file.getvalue(), pickler.storages


def zipped(members, **options):
    """An archive of name -> content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def members(obj, protocol=2):
    """Name -> content of the archive that holds an object."""
    code, storages = pickled(obj, protocol)
    data = {f"archive/data/{key}": storage.data for key, storage in storages.items()}
    return {"archive/data.pkl": code, "archive/byteorder": b"little", **data}


def modern(obj, protocol=2):
    return zipped(members(obj, protocol))


def legacy(obj, protocol=2, magic=MAGIC, version=1001, system=None):
    code, storages = pickled(obj, protocol, view=(None,))
    parts = [pickle.dumps(part, protocol) for part in (magic, version, system or SYSTEM)]
    parts += [code, pickle.dumps(list(storages), protocol)]
    for each in storages.values():
        parts += [np.int64(each.declared).tobytes(), each.data]
    return b"".join(parts)
