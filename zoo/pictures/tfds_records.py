"""Examples of a data set that tensorflow-datasets prepared, by index, without TensorFlow.

Its random-access formats (ArrayRecord, Parquet) are read by tensorflow-datasets itself. TFRecord,
its default, has no index: the places of the records are found by one pass over their headers. Each
record is the length of the data (uint64), a checksum, the data and another checksum.

Sharp edge: the checksums of TFRecords are not compared; that every file holds as many records as
the data set declares is, in all formats.
"""

import struct
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

_HEADER: Final = struct.Struct("<QI")
_FOOTER: Final = 4  # bytes
_ADVICE: Final = "Delete that folder and prepare it again, as array_record or tfrecord"


@runtime_checkable
class Records(Protocol):
    """Examples by index: feature -> value, pictures as encoded bytes."""

    def __len__(self) -> int:
        """Number of examples."""

    def __getitem__(self, index: int, /) -> Mapping[str, Any]:
        """One example."""


class Guarded:
    """Examples that are read by one thread at a time; what cannot be read is a ValueError."""

    def __init__(self, records: Records, where: str) -> None:
        self.records = records
        self.where = where
        self.lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        with self.lock:
            try:
                return self.records[index]
            except Exception as error:  # of three readers, and of protocol buffers
                raise ValueError(
                    f"{self.where}: example {index} cannot be read: {error}. {_ADVICE}"
                ) from error


class TfRecords:
    """Examples in TFRecord files."""

    def __init__(self, paths: Sequence[Path], lengths: Sequence[int], features: Any) -> None:
        self.features = features
        self.places = [
            (path, *place)
            for path, length in zip(paths, lengths, strict=True)
            for place in _places(path, length)
        ]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        path, offset, size = self.places[index]
        with path.open("rb") as file:
            file.seek(offset)
            record = file.read(size)
        example: Mapping[str, Any] = self.features.deserialize_example_np(
            record, decoders=_as_encoded()
        )
        return example


def open_part(builder: Any, part: str) -> Records:
    """The examples of one part of a prepared data set.

    Args:
        builder: a ``tfds.core.DatasetBuilder`` whose data are prepared, in any format but Riegeli.
        part: ``"train"``, ``"validation"`` or ``"test"``.

    Raises:
        ValueError: the data set has no such part, its files are damaged, or have another format.
    """
    splits, where = builder.info.splits, f"{builder.data_path} ({builder.info.file_format.value})"
    if part not in splits:
        raise ValueError(f"{builder.info.full_name} has the parts {list(splits)}, got {part!r}")
    split = splits[part]
    try:
        records: Records
        if builder.info.file_format.value == "tfrecord":
            paths = [Path(path) for path in split.filepaths]
            records = TfRecords(paths, split.shard_lengths, builder.info.features)
        else:
            records = builder.as_data_source(part, decoders=_as_encoded())
        if len(records) != split.num_examples:
            raise ValueError(f"expected {split.num_examples} examples, found {len(records)}")
    except (NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise ValueError(f"{where} cannot be read: {error}. {_ADVICE}") from error
    return Guarded(records, where)


def _places(path: Path, expected: int) -> list[tuple[int, int]]:
    """Offset and size of the data of each record in one file."""
    found, size = [], path.stat().st_size
    with path.open("rb") as file:
        offset = 0
        while offset < size:
            header = file.read(_HEADER.size)
            length = _HEADER.unpack(header)[0] if len(header) == _HEADER.size else size
            found.append((offset + _HEADER.size, length))
            offset += _HEADER.size + length + _FOOTER
            file.seek(offset)
    if offset != size or len(found) != expected:
        raise ValueError(
            f"{path} is truncated or altered: expected {expected} records, found {len(found)}"
        )
    return found


def _as_encoded() -> dict[str, Any]:
    import tensorflow_datasets as tfds  # noqa: PLC0415 - an extra

    return {"image": tfds.decode.SkipDecoding()}
