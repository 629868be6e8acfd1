"""Data sets of tensorflow-datasets: also ``zoo.pictures.tfds_prepared`` (where they are) and
``zoo.pictures.tfds_records`` (how they are read).
"""

import hashlib
import http.server
import importlib.util
import pathlib
import struct
import sys
import tarfile
import threading

import numpy as np
import prepared
import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.datasets.imagenet_v2 import imagenet_v2_dataset_builder as v2

import aann
import zoo
from zoo.pictures import images, tfds_pictures, tfds_prepared, tfds_records

unreachable = tfds_prepared._unreachable  # before the fixture below replaces it
TOP = "imagenetv2-top-images-format-val"
V2 = {
    f"{TOP}/{label}/{i}.jpeg": prepared.jpeg(1000 * i + label)
    for label in (0, 1, 2, 10, 999)
    for i in (0, 1)
}
ENGLISH_SPRINGER, TENCH = "n02102040", "n01440764"
NETTE = {
    f"imagenette2/{half}/{wnid}/{wnid}_{i}.JPEG": prepared.jpeg(i)
    for half, wnid, i in (("train", TENCH, 5), ("val", TENCH, 6), ("val", ENGLISH_SPRINGER, 7))
}


@pytest.fixture(autouse=True)
def classes(monkeypatch):
    """Output units of all classes in another order than that of their WordNet ids."""
    wnids = tfds.builder("imagenet_v2/topimages").info.features["label"].names
    units = {wnid: 1 + (7 * i) % 1000 for i, wnid in enumerate(wnids)}
    assert len(set(units.values())) == 1000
    monkeypatch.setattr(tfds_pictures, "unit_of_wnid", lambda: units)
    return units


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr(tfds_prepared, "_unreachable", lambda url: "no network in tests")
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data_dir with both data sets."""
    source, data = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("data")
    prepared.write(source, {**V2, **NETTE})
    prepared.prepare("imagenet_v2/topimages", data, source)
    prepared.prepare("imagenette/full-size-v2", data, source)
    return data


def by_digest(files):
    return {hashlib.sha256(content).hexdigest(): name for name, content in files.items()}


def test_labels_go_through_wordnet_ids_to_output_units(folder, classes):
    examples = zoo.data("imagenet_v2", config="topimages", data_dir=folder)
    assert examples.name == "imagenet_v2/topimages"
    assert type(examples) is aann.Examples
    wnids = sorted(classes)  # the n-th class of the data set is the n-th WordNet id
    names = by_digest(V2)
    assert set(examples.digests) == set(names)
    for name, digest, unit in zip(examples.names, examples.digests, examples.labels.tolist()):
        wnid = wnids[int(names[digest].split("/")[1])]
        assert unit == classes[wnid]
        assert name == f"{wnid}_{digest[:20]}"


def test_the_pictures_are_prepared_as_all_others(folder, tmp_path):
    examples = zoo.data("imagenet_v2", config="topimages", data_dir=str(folder))
    names, loaded = by_digest(V2), examples.load([3, 0, 3])
    for row, i in zip(loaded, (3, 0, 3)):
        path = tmp_path / "one.jpg"
        path.write_bytes(V2[names[examples.digests[i]]])
        np.testing.assert_array_equal(row, images.decode(path))


def test_halves_are_fixed_and_whole(folder):
    design, heldout = (
        zoo.data("imagenet_v2", config="topimages", split=split, data_dir=folder)
        for split in ("design", "heldout")
    )
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert len(design) == len(heldout) == 5
    assert not set(design.names) & set(heldout.names)


def test_imagenette_has_its_ten_classes_and_two_parts(folder, classes):
    examples = zoo.data("imagenette", data_dir=folder)
    train = zoo.data("imagenette", part="train", data_dir=folder)
    assert (examples.name, train.name) == ("imagenette", "imagenette/train")
    found = {name.split("_")[0]: unit for name, unit in zip(examples.names, examples.labels)}
    assert found == {wnid: classes[wnid] for wnid in (TENCH, ENGLISH_SPRINGER)}
    assert len(train) == 1


def test_nothing_is_decoded_before_it_is_asked_for(folder, monkeypatch):
    decoded = []

    def decode(source, megapixels):
        decoded.append(str(source))
        return np.zeros((224, 224, 3), np.uint8)

    monkeypatch.setattr(images, "decode", decode)
    examples = zoo.data("imagenet_v2", config="topimages", data_dir=folder)
    assert not decoded
    examples.load([4])
    assert decoded == [examples.names[4]]


def test_the_folder_of_the_variable_is_used_and_the_order_of_records_does_not_matter(
    folder, tmp_path, monkeypatch
):
    first = zoo.data("imagenet_v2", config="topimages", data_dir=folder)
    source = prepared.write(tmp_path / "source", dict(reversed(V2.items())))
    builder = prepared.prepare("imagenet_v2/topimages", tmp_path / "data", source)
    path = prepared.as_tfrecord(builder, "test")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "data"))
    second = zoo.data("imagenet_v2", config="topimages")
    assert second.hash == first.hash
    for content in (path.read_bytes()[:-5], path.read_bytes() + b"more"):
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=r"\(tfrecord\) cannot be read: .*truncated or altered"
        ):
            zoo.data("imagenet_v2", config="topimages")


def test_records_of_several_files_are_one_sequence(tmp_path):
    class Features:
        def deserialize_example_np(self, record, decoders):
            return {"image": record}

    paths = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    for path, records in zip(paths, ([b"one", b""], [], [b"three"])):
        framed = [struct.pack("<QI", len(r), 0) + r + bytes(4) for r in records]
        path.write_bytes(b"".join(framed))
    found = tfds_records.TfRecords(paths, [2, 0, 1], Features())
    assert [found[i]["image"] for i in range(len(found))] == [b"one", b"", b"three"]
    with pytest.raises(ValueError, match="a is truncated or altered: expected 1 records, found 2"):
        tfds_records.TfRecords(paths, [1, 0, 1], Features())


def test_parquet_is_read_too(folder, tmp_path):
    source = prepared.write(tmp_path / "source", NETTE)
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source, "parquet")
    first, second = (
        zoo.data("imagenette", data_dir=where) for where in (folder, tmp_path / "data")
    )
    assert second.hash == first.hash
    np.testing.assert_array_equal(
        second.load([0]), first.take([first.names.index(second.names[0])]).load([0])
    )


def test_exact_copies_count_once(tmp_path):
    twice = {f"imagenette2/val/{TENCH}/{TENCH}_{i}.JPEG": prepared.jpeg(i // 2) for i in range(4)}
    source = prepared.write(tmp_path / "source", {**twice, **NETTE})
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source)
    assert len(zoo.data("imagenette", data_dir=tmp_path / "data")) == 4


def test_torn_pictures_are_named(tmp_path):
    torn = {f"imagenette2/val/{TENCH}/{TENCH}_9.JPEG": prepared.jpeg(9)[:-300]}
    source = prepared.write(tmp_path / "source", {**torn, **NETTE})
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source)
    examples = zoo.data("imagenette", data_dir=tmp_path / "data")
    (digest,) = by_digest(torn)
    with pytest.raises(ValueError, match=f"{TENCH}_{digest[:20]}: .*truncated"):
        examples.load(range(3))


def test_offline_the_places_searched_are_listed(tmp_path):
    with pytest.raises(zoo.AssetError, match="imagenet_v2/matched-frequency is not to be") as error:
        zoo.data("imagenet_v2", data_dir=tmp_path)
    message = str(error.value)
    assert (
        f"{tmp_path}/imagenet_v2/matched-frequency/3.0.0 (data_dir=, or else TFDS_DATA" in message
    )
    assert "the source https://huggingface.co: no network in tests" in message
    assert "python -m evals.modular_addition" in message
    assert not list(tmp_path.rglob("*.array_record*"))


def test_without_tensorflow_datasets_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(zoo.AssetError, match=r"not installed: pip install 'aann\[tfds\]'"):
        zoo.data("imagenette", data_dir=tmp_path)


def test_a_source_that_does_not_answer_is_noticed_and_one_that_refuses_is_left_to_the_download():
    class Refuses(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    assert unreachable(url) is None
    server.shutdown()
    server.server_close()
    assert "refused" in unreachable(url)
    assert "unknown url type" in unreachable("")


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="has TensorFlow")
def test_it_is_downloaded_extracted_and_prepared_without_tensorflow(tmp_path, monkeypatch):
    source = prepared.write(tmp_path / "source", V2)
    with tarfile.open(tmp_path / "v2.tar.gz", "w:gz") as archive:
        archive.add(source / TOP, TOP)
    content = (tmp_path / "v2.tar.gz").read_bytes()

    class Serves(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serves)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v2.tar.gz"
    monkeypatch.setattr(tfds_prepared, "_unreachable", lambda url: None)
    monkeypatch.setitem(v2._IMAGENET_V2_URLS, "topimages", url)
    before = v2.tf
    examples = zoo.data("imagenet_v2", config="topimages", data_dir=tmp_path / "data")
    server.shutdown()
    server.server_close()
    assert set(examples.digests) == set(by_digest(V2))
    assert v2.tf is before
    assert "tensorflow" not in sys.modules


def test_what_goes_wrong_in_the_download_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds_prepared, "_unreachable", lambda url: None)
    monkeypatch.setattr(
        tfds.download.DownloadManager, "download_and_extract", lambda self, url: str(tmp_path)
    )
    with pytest.raises(zoo.AssetError, match=r"the source https://hugg.*No such file"):
        zoo.data("imagenet_v2", config="topimages", data_dir=tmp_path / "data")
    with pytest.raises(zoo.AssetError):  # nothing half-prepared counts as prepared
        zoo.data("imagenet_v2", config="topimages", data_dir=tmp_path / "data")


def damaged(tmp_path, name, change):
    """Prepare Imagenette, change one file of it, and open it."""
    source = prepared.write(tmp_path / "source", NETTE)
    prepared.prepare("imagenette/full-size-v2", tmp_path / "data", source)
    (path,) = (tmp_path / "data").rglob(name)
    change(path)
    return zoo.data("imagenette", data_dir=tmp_path / "data")


def shorten(path):
    path.write_bytes(path.read_bytes()[:-700])


def zero(path):
    content = path.read_bytes()
    path.write_bytes(content[:300] + bytes(40) + content[340:])


@pytest.mark.parametrize("change", [pathlib.Path.unlink, shorten, zero])
def test_damaged_records_are_refused(tmp_path, change):
    with pytest.raises(ValueError, match=r"1.0.0 \(array_record\).* cannot be read: .*prepare it"):
        damaged(tmp_path, "*-validation*", change)


def test_a_damaged_description_is_refused(tmp_path):
    with pytest.raises(zoo.AssetError, match=r"imagenette/full-size-v2 cannot be opened: .*JSON"):
        damaged(tmp_path, "dataset_info.json", shorten)


def test_wrong_names_are_errors(folder):
    with pytest.raises(
        ValueError, match="imagenet_v2 has no config 'top-images'; .*mean topimages"
    ):
        zoo.data("imagenet_v2", config="top-images")
    with pytest.raises(ValueError, match="imagenette has no part 'test'; there are validation, tr"):
        zoo.data("imagenette", part="test")
    with pytest.raises(ValueError, match="split is 'design', 'heldout' or None, got 'test'"):
        zoo.data("imagenet_v2", split="test")
    builder = tfds.builder("imagenette/full-size-v2", data_dir=folder)
    with pytest.raises(ValueError, match=r"has the parts \['train', 'validation'\], got 'test'"):
        tfds_records.open_part(builder, "test")


def test_labels_that_are_no_classes_are_refused(folder, monkeypatch):
    monkeypatch.setattr(tfds_pictures, "unit_of_wnid", lambda: {TENCH: 1})
    with pytest.raises(
        ValueError, match=r"imagenette has labels that are no WordNet ids .*n02102040"
    ):
        zoo.data("imagenette", data_dir=folder)
