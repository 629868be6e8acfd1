"""ImageNetV2 and Imagenette through tensorflow-datasets (``pip install 'aann[tfds]'``).

Pictures are decoded when they are asked for and prepared as all others (``zoo.pictures.images``).
Each is read once when the data set is opened: its name and its half follow from its content.

Sharp edges: exact copies of a picture count once, since a copy is no second observation. Imagenette
consists of pictures of ImageNet's training set, on which accuracy is higher, and
``imagenet_samples`` has one picture of each of its ten classes.
"""

import dataclasses
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np
from tqdm import tqdm

import aann
from zoo import halves, naming
from zoo.pictures import tfds_prepared, tfds_records
from zoo.pictures.images import SHOW_PROGRESS_FROM, Pictures
from zoo.pictures.synsets import unit_of_wnid

IMAGENET_V2: Final = ("matched-frequency", "threshold-0.7", "topimages")
"""How the pictures were chosen, the usual way first (Recht et al., arXiv 1902.10811)."""
IMAGENETTE: Final = ("full-size-v2", "320px-v2", "160px-v2", "full-size", "320px", "160px")
"""Sizes; v2 is the newer division into training and validation."""
PARTS: Final = ("validation", "train")


@dataclasses.dataclass(frozen=True, eq=False)
class Record:
    """One encoded picture of a prepared data set; see ``zoo.pictures.images.Encoded``."""

    records: tfds_records.Records
    index: int
    name: str

    def open(self, mode: Literal["rb"], /) -> io.BytesIO:
        """Its bytes."""
        return io.BytesIO(self.records[self.index]["image"])

    def __str__(self) -> str:
        return self.name


def imagenet_v2(
    split: str | None = None,
    config: str = "matched-frequency",
    data_dir: str | Path | None = None,
) -> aann.Examples:
    """10,000 new pictures of ImageNet's classes, which no network was trained on.

    Args:
        split: ``"design"`` and ``"heldout"`` are the fixed halves, None is all of them.
        config: one of ``IMAGENET_V2``.
        data_dir: where tensorflow-datasets has or puts it, see ``zoo.pictures.tfds_prepared``.

    Raises:
        ValueError: no such split or config, or the prepared files are damaged.
        zoo.AssetError: the pictures are neither here nor to be had.
    """
    naming.known(config, IMAGENET_V2, "imagenet_v2 has no config")
    return halves.choose(lambda: _examples("imagenet_v2", config, "test", data_dir), split)


def imagenette(
    split: str | None = None,
    config: str = "full-size-v2",
    part: str = "validation",
    data_dir: str | Path | None = None,
) -> aann.Examples:
    """Pictures of ten classes of ImageNet that are easily told apart.

    Args:
        split: ``"design"`` and ``"heldout"`` are the fixed halves, None is all of them.
        config: one of ``IMAGENETTE``.
        part: one of ``PARTS``, as published.
        data_dir: where tensorflow-datasets has or puts it, see ``zoo.pictures.tfds_prepared``.

    Raises:
        ValueError: no such split, config or part, or the prepared files are damaged.
        zoo.AssetError: the pictures are neither here nor to be had.
    """
    naming.known(config, IMAGENETTE, "imagenette has no config")
    naming.known(part, PARTS, "imagenette has no part")
    return halves.choose(lambda: _examples("imagenette", config, part, data_dir), split)


def _examples(name: str, config: str, part: str, data_dir: str | Path | None) -> aann.Examples:
    builder = tfds_prepared.builder(f"{name}/{config}", data_dir)
    records = tfds_records.open_part(builder, part)
    units = _units(builder.info.features["label"].names, name)
    found: dict[str, tuple[Record, int]] = {}
    count = len(records)
    for i in tqdm(range(count), "reading", unit="picture", disable=count < SHOW_PROGRESS_FROM):
        record = records[i]
        if not 0 <= record["label"] < len(units):
            raise ValueError(f"{name}: example {i} has the label {record['label']}, no class")
        digest = hashlib.sha256(record["image"]).hexdigest()
        wnid, unit = units[record["label"]]
        found.setdefault(digest, (Record(records, i, f"{wnid}_{digest[:20]}"), unit))
    pictures = [picture for picture, _ in found.values()]
    usual = (IMAGENET_V2[0], IMAGENETTE[0], "test", PARTS[0])
    return aann.Examples(
        name="/".join([name, *(word for word in (config, part) if word not in usual)]),
        names=tuple(picture.name for picture in pictures),
        digests=tuple(found),
        load=Pictures(pictures),
        labels=np.asarray([unit for _, unit in found.values()], np.int32),
    )


def _units(wnids: Sequence[str], name: str) -> list[tuple[str, int]]:
    """WordNet id and output unit of each label."""
    units = unit_of_wnid()
    if unknown := [wnid for wnid in wnids if wnid not in units]:
        raise ValueError(
            f"{name} has labels that are no WordNet ids of ImageNet classes: {unknown[:10]}"
        )
    return [(wnid, units[wnid]) for wnid in wnids]
