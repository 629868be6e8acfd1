"""Data sets of tensorflow-datasets: found where they were prepared, or downloaded and prepared.

A data set is looked for in ``data_dir``, or in the folder that ``TFDS_DATA_DIR`` names, or in
``~/tensorflow_datasets``; whatever prepared it, it is used. Otherwise it is downloaded from its
source, with the checksums that tensorflow-datasets has, and prepared there as ArrayRecord (where
that is installed: on Linux) or Parquet.

Sharp edge: TensorFlow need not be installed. The builders of the data sets list and read files
through ``tf.io.gfile``, and so does the extraction of archives; while they run, Python's own
functions stand in there if TensorFlow is absent, and Pillow for its encoders of pictures.
"""

import contextlib
import glob
import importlib
import importlib.util
import io
import os
import sys
import types
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from zoo.files.sources import AssetError

DIRECTORY_VARIABLE: Final = "TFDS_DATA_DIR"
TIMEOUT: Final = 15.0  # seconds without an answer
MISSING: Final = (
    "{name} is read by tensorflow-datasets, which is not installed: pip install 'aann[tfds]'. "
    'What does not need it: zoo.data("imagenet_samples"), and zoo.data("imagenet_folder", path=...)'
)


def builder(name: str, data_dir: str | Path | None = None) -> Any:
    """The ``tfds.core.DatasetBuilder`` of a data set that is prepared, by this call if need be.

    Args:
        name: with its config, ``"imagenet_v2/matched-frequency"`` say.
        data_dir: where it is or will be; by default see above.

    Raises:
        AssetError: tensorflow-datasets is not installed, or the data set is neither here nor to be
            had, or cannot be prepared.
    """
    if importlib.util.find_spec("tensorflow_datasets") is None:
        raise AssetError(MISSING.format(name=name))
    import tensorflow_datasets as tfds  # noqa: PLC0415 - an extra, and it takes a second

    given = data_dir or os.environ.get(DIRECTORY_VARIABLE) or None
    where = None if given is None else Path(given).expanduser()
    try:
        found = tfds.builder(name, data_dir=where)
        if found.info.splits:
            return found
        kind = "array_record" if importlib.util.find_spec("array_record") else "parquet"
        found = tfds.builder(name, data_dir=where, file_format=kind)
    except Exception as error:  # of tensorflow-datasets, of protocol buffers, of the disk
        raise AssetError(f"what is prepared of {name} cannot be opened: {error}") from error
    _prepare(found, name)
    return found


def _prepare(found: Any, name: str) -> None:
    """Download the data set and write its records."""
    url = next(iter(found.url_infos))
    source = "the source {0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
    if problem := _unreachable(url):
        raise AssetError(_message(found, name, f"{source}: {problem}"))
    try:
        with _without_tensorflow(sys.modules[type(found).__module__]):
            found.download_and_prepare()
    except Exception as error:  # of requests, of tensorflow-datasets, of the disk
        raise AssetError(_message(found, name, f"{source}: {error}")) from error


def _unreachable(url: str) -> str | None:
    """Why the network does not get us there; tensorflow-datasets would try for minutes."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=TIMEOUT).close()
    except urllib.error.HTTPError:
        return None  # it answers; whether it has the file is for the download to say
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _message(found: Any, name: str, source: str) -> str:
    return (
        f"the data set {name} is not to be had. Places searched:\n"
        f"  {found.data_path} (data_dir=, or else {DIRECTORY_VARIABLE}, or else "
        f"~/tensorflow_datasets): not prepared there\n  {source}\n"
        f"Connect to the network, or prepare it elsewhere and set {DIRECTORY_VARIABLE} to the "
        'folder. Without it: zoo.data("imagenet_samples"). What needs no network at all: '
        "python -m evals.modular_addition, on weights that ship with the project"
    )


@contextlib.contextmanager
def _without_tensorflow(builder_module: types.ModuleType) -> Iterator[None]:
    """Let tensorflow-datasets prepare a data set where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is not None:
        yield
        return
    gfile = types.SimpleNamespace(GFile=open, glob=glob.glob, listdir=os.listdir)
    stand_in = types.SimpleNamespace(
        io=types.SimpleNamespace(gfile=gfile), compat=types.SimpleNamespace(as_text=str)
    )
    extractor = importlib.import_module("tensorflow_datasets.core.download.extractor")
    encoder = importlib.import_module("tensorflow_datasets.core.features.image_feature")
    stand_ins: list[tuple[Any, str, Any]] = [
        (builder_module, "tf", stand_in),
        (extractor, "tf", stand_in),
        (encoder._ImageEncoder, "_encode_image", _encoded),
    ]
    before = [getattr(where, name) for where, name, _ in stand_ins]
    for where, name, value in stand_ins:
        setattr(where, name, value)
    try:
        yield
    finally:
        for (where, name, _), value in zip(stand_ins, before, strict=True):
            setattr(where, name, value)


def _encoded(encoder: Any, pixels: np.ndarray) -> bytes:
    """What TensorFlow's encoders do for pictures that a data set has as arrays, by Pillow."""
    stream = io.BytesIO()
    grey = pixels.shape[-1] == 1
    picture = Image.fromarray(pixels[..., 0] if grey else pixels)
    picture.save(stream, encoder.encoding_format)
    return stream.getvalue()
