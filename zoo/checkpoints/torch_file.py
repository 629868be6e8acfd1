"""Files of ``torch.save``, read without PyTorch, as NumPy arrays and plain Python data.

``torch.save`` writes a pickle of the object, and apart from it the storages of its tensors
(``zoo.checkpoints.torch_tensor``). Two containers are in use:

* a zip archive, without compression (since 1.6): ``NAME/data.pkl``, ``NAME/data/KEY`` for each
  storage, and in newer files ``NAME/byteorder``;
* the legacy one: pickles of a magic number, a protocol number, the byte order and word sizes, the
  object and the list of storage keys; then for each key the number of elements (int64) and the
  elements.

The pickle is read by ``zoo.checkpoints.unpickle``, which cannot call anything but the few functions
of ``zoo.checkpoints.torch_tensor``. Whatever the file declares is compared with what it holds
before memory is set aside.

Sharp edges: arrays are read-only views of their storage, so that tensors that share memory in
PyTorch share it here, and an expanded tensor (stride 0) is an expanded array. bfloat16 arrays have
the dtype of ``ml_dtypes``. Which device a tensor was on and whether it wants gradients is dropped.
"""

import io
import zipfile
from pathlib import Path
from typing import Any, Final

from aann.report import archive
from aann.shown.brief import clip, word
from zoo.checkpoints import unpickle
from zoo.checkpoints.content import read_bytes
from zoo.checkpoints.placeholder import settle
from zoo.checkpoints.torch_tensor import FUNCTIONS, Storage, storage_of

MAGIC: Final = 0x1950A86A20F9469CFC6C
PROTOCOL: Final = 1001
_ADVICE = (
    "If you made the file, or trust whoever did, save plain weights: "
    "torch.save(model.state_dict(), path)"
)


def read_torch(path: str | Path) -> Any:
    """The object in a file that ``torch.save`` wrote.

    Args:
        path: of the file, ``.pt`` or ``.pth``.

    Returns:
        dicts, lists, tuples, strings, numbers, and NumPy arrays for tensors (read-only).

    Raises:
        ValueError: the file is not one, or is damaged, or its pickle asks for anything that plain
            weights do not need; then nothing was run.
        OSError: the file cannot be read.
    """
    content = read_bytes(path)
    try:
        if content.startswith(b"PK"):
            return settle(_read_zip(content))
        return settle(_read_legacy(content))
    except archive.DAMAGED as error:
        said = clip(str(error), 1000) or type(error).__name__
        raise ValueError(f"cannot read {path} as a PyTorch file: {said}. {_ADVICE}") from error


def _read_zip(content: bytes) -> Any:
    stored = archive.opened(content)
    members = _members(stored, len(content))
    roots = [name.removesuffix("data.pkl") for name in members if name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise ValueError(f"expected one data.pkl in the archive, found {len(roots)}")
    root = roots[0]
    order = f"{root}byteorder"
    if order in members and (found := stored.read(order)) != b"little":
        raise ValueError(f"its numbers are in the byte order {found[:20]!r}, expected b'little'")
    if members[f"{root}data.pkl"] > unpickle.LONGEST:
        raise ValueError(f"its data.pkl has more than {unpickle.LONGEST} bytes")
    storages: dict[str, Storage] = {}
    file = io.BytesIO(stored.read(f"{root}data.pkl"))
    value = unpickle.read(file, FUNCTIONS, lambda identity: storage_of(identity, storages))
    _check_end(len(file.read()))
    problems = [
        f"{word(key)}: declares {storage.nbytes} bytes, holds {members.get(f'{root}data/{key}')}"
        for key, storage in storages.items()
        if members.get(f"{root}data/{key}") != storage.nbytes
    ]
    if problems:
        raise ValueError("storages are missing or have another size: " + "; ".join(problems[:10]))
    for key, storage in storages.items():
        storage.data = stored.read(f"{root}data/{key}")
    return value


def _members(stored: zipfile.ZipFile, size: int) -> dict[str, int]:
    """Name -> size of the members, which are plain and together no larger than the archive."""
    found = stored.infolist()
    problems = [
        f"{word(member.filename)} is compressed or encrypted; torch.save does neither"
        for member in found
        if member.compress_type != zipfile.ZIP_STORED
        or member.flag_bits & 1
        or member.compress_size != member.file_size
    ]
    members = {member.filename: member.file_size for member in found}
    if len(members) != len(found):
        problems.append("members have the same name")
    if sum(member.file_size for member in found) > size:
        problems.append(f"members declare more bytes than the {size} of the archive")
    if problems:
        raise ValueError("; ".join(problems[:10]))
    return members


def _read_legacy(content: bytes) -> Any:
    file, spent = io.BytesIO(content[: unpickle.LONGEST]), unpickle.Spent()
    magic = unpickle.read(file, {}, spent=spent)
    protocol = unpickle.read(file, {}, spent=spent) if magic == MAGIC else None
    if magic != MAGIC or protocol != PROTOCOL:
        raise ValueError(
            f"it is neither a zip archive nor does it start with PyTorch's magic number "
            f"{MAGIC:#x} and protocol {PROTOCOL}"
        )
    system = unpickle.read(file, {}, spent=spent)
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("it was written on a big-endian machine, expected little-endian numbers")
    storages: dict[str, Storage] = {}
    value = unpickle.read(
        file, FUNCTIONS, lambda identity: storage_of(identity, storages), spent=spent
    )
    keys = unpickle.read(file, {}, spent=spent)
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError("its list of storages is damaged")
    if len(keys) != len(storages) or set(keys) != storages.keys():
        raise ValueError(
            f"it lists the storages {word(keys)}, its tensors use {word(list(storages))}"
        )
    at = file.tell()
    for key in keys:
        numel = int.from_bytes(content[at : at + 8], "little", signed=True)
        storage, at = storages[key], at + 8
        if numel != storage.numel or len(content) - at < storage.nbytes:
            raise ValueError(
                f"the storage {word(key)} declares {storage.numel} elements ({storage.nbytes} "
                f"bytes), found {numel} and {len(content) - at} bytes to the end of the file"
            )
        storage.data = content[at : at + storage.nbytes]
        at += storage.nbytes
    _check_end(len(content) - at)
    return value


def _check_end(rest: int) -> None:
    if rest:
        raise ValueError(f"{rest} bytes are left over")
