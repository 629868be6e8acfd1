"""Tiny data sets in the format of tensorflow-datasets, prepared by its own builders offline."""

import io
import json
import struct
import sys
from unittest import mock

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from zoo.pictures import tfds_prepared


def jpeg(seed, size=(30, 26)):
    noise = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "JPEG")
    return stream.getvalue()


def write(folder, files):
    """Name -> content, below ``folder``."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def prepare(name, data_dir, source, file_format="array_record"):
    """Let the builder of a data set believe that it downloaded and extracted ``source``: a folder,
    or name -> file.
    """
    builder = tfds.builder(name, data_dir=data_dir, file_format=file_format)
    manager = tfds.download.DownloadManager
    with (
        mock.patch.object(
            manager,
            "download_and_extract",
            return_value=source if isinstance(source, dict) else str(source),
        ),
        tfds_prepared._without_tensorflow(sys.modules[type(builder).__module__]),
    ):
        builder.download_and_prepare()
    return builder


def as_tfrecord(builder, part):
    """Rewrite what was prepared as ArrayRecord in TFRecord, the default of TensorFlow's users."""
    raw = tfds.decode.DeserializeMethod.RAW_BYTES
    records = [
        struct.pack("<QI", len(record), 0) + record + bytes(4)
        for record in builder.as_data_source(part, deserialize_method=raw)
    ]
    (old,) = builder.info.splits[part].filepaths
    old.unlink()
    path = old.parent / old.name.replace("array_record", "tfrecord")
    path.write_bytes(b"".join(records))
    description = old.parent / "dataset_info.json"
    content = {**json.loads(description.read_text()), "fileFormat": "tfrecord"}
    description.write_text(json.dumps(content).replace("array_record", "tfrecord"))
    return path
