"""Data sets by name.

``data("imagenet_samples", split=...)`` is one picture for each ImageNet class; they come from the
training set, so accuracy on them is higher than on the validation set. ``data("imagenet_folder",
path=..., labels=...)`` is the user's own pictures, all of them held out. ``imagenet_v2`` and
``imagenette`` come through tensorflow-datasets. ``modular_addition``, ``induction``, ``max_of_k``
and ``eis_vii_transformer`` are the tasks of the transformers of the same names; ``mnist`` has the
digits, labelled by default by the network ``eis_vii_mnist``.
"""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import aann
from zoo import halves, induction, max_of_k, modular_addition, naming, options_of
from zoo.eis_vii_transformer import data as eis_vii_transformer
from zoo.files import assets, checksums
from zoo.mnist import data as mnist
from zoo.pictures import folder, tfds_pictures
from zoo.pictures.encoded import MEGAPIXELS
from zoo.pictures.images import Pictures
from zoo.pictures.synsets import unit_of_wnid


def data(name: str, **options: Any) -> aann.Examples:
    """Examples whose labels are output units of the model that they go with.

    Args:
        name: a key of ``DATA``.
        options: of the data set, see ``imagenet_samples`` and ``imagenet_folder`` here,
            ``zoo.pictures.tfds_pictures``, and ``data`` in ``zoo.modular_addition``,
            ``zoo.induction``, ``zoo.max_of_k``, ``zoo.mnist.data`` and
            ``zoo.eis_vii_transformer.data``.

    Raises:
        ValueError: no data set is called ``name``; or see the data set.
        TypeError: the data set does not take these options; all are listed.
    """
    naming.known(name, DATA, "no data set is called")
    options_of.check(f"the data set {name!r}", DATA[name], options)
    return DATA[name](**options)


def imagenet_samples(split: str | None = None) -> aann.Examples:
    """One picture of each of 1,000 classes.

    Args:
        split: ``"design"`` and ``"heldout"`` are the fixed halves (an ``aann.Design`` and an
            ``aann.HeldOut``), None is all of them.

    Raises:
        ValueError: no such split.
        zoo.AssetError: the pictures are neither here nor to be had, or are damaged.
    """
    return halves.choose(_samples, split)


def _samples() -> aann.Examples:
    paths = assets.fetch("imagenet_samples")
    units = unit_of_wnid()
    with ThreadPoolExecutor() as pool:
        digests = tuple(pool.map(checksums.sha256, paths.values()))
    return aann.Examples(
        name="imagenet_samples",
        names=tuple(paths),
        digests=digests,
        load=Pictures(tuple(paths.values())),
        labels=np.asarray([units[name.split("_")[0]] for name in paths], np.int32),
    )


def imagenet_folder(
    path: str | Path, labels: str | Path | None = None, megapixels: float = MEGAPIXELS
) -> aann.HeldOut:
    """The user's own pictures; all are held out. Every file is read once here, to check it.

    Args:
        path: folder, searched recursively.
        labels: CSV with columns ``file`` (relative to ``path``) and ``wnid``; without it the class
            is the WordNet id at the start of each file's name or else of its folder's name.
        megapixels: that a picture may have; larger ones are refused before they are decoded.

    Raises:
        ValueError: no pictures, unknown or missing classes, rows that name missing files, files
            that cannot be read, the same picture twice: all of these at once.

    Warns:
        UserWarning: notes (``zoo.pictures.tree.NOTES``) are left out; it names them.
    """
    table = None if labels is None else Path(labels)
    found = folder.labelled_pictures(Path(path), table, float(megapixels))
    if found.notes:
        more = ", ..." if len(found.notes) > 5 else ""
        warnings.warn(
            f"{path}: left out {len(found.notes)} file(s) that are no pictures by their names: "
            f"{', '.join(found.notes[:5])}{more}",
            stacklevel=3,
        )
    examples = aann.Examples(
        name="imagenet_folder",
        names=found.names,
        digests=found.digests,
        load=found.load,
        labels=np.asarray(found.units, np.int32),
    )
    return aann.held_out(examples)


DATA: dict[str, Callable[..., aann.Examples]] = {
    "imagenet_samples": imagenet_samples,
    "imagenet_folder": imagenet_folder,
    "imagenet_v2": tfds_pictures.imagenet_v2,
    "imagenette": tfds_pictures.imagenette,
    "mnist": mnist.data,
    "modular_addition": modular_addition.data,
    "induction": induction.data,
    "max_of_k": max_of_k.data,
    "eis_vii_transformer": eis_vii_transformer.data,
}
