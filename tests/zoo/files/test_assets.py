"""Where files are found, and how ``zoo.files.download`` fetches them."""

import hashlib
import http.server
import io
import multiprocessing
import os
import socket
import threading

import pytest
from PIL import Image

from zoo.files import assets, checksums, download, sources


def picture(shade):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 0, 0)).save(stream, "JPEG")
    return stream.getvalue()


WEIGHTS = {f"{i}.h5": bytes([i]) * 5000 for i in range(6)}
SAMPLES = {f"{i}.JPEG": picture(20 * i) for i in range(4)}
BLOB = b"what git knows"
BLOB_ID = "3bf19aff90ad386e472f418c0420e8912991c116"  # of git hash-object


def digest(content):
    return hashlib.sha256(content).hexdigest()


def set_up(port, cache, mirror=""):
    """Point the module to the server on ``port``; for this process and for those of the pool."""
    sources.SOURCES = {
        "weights": sources.Source(f"http://127.0.0.1:{port}", "none", True, {".h5": "dump/"}),
        "samples": sources.Source(f"http://127.0.0.1:{port}", "none", False),
        "blob": sources.Source(f"http://127.0.0.1:{port}", "none", False, blobs={"a.pth": BLOB_ID}),
    }
    table = {"weights": {n: digest(c) for n, c in WEIGHTS.items()}}
    table["samples"] = {name: digest(b"the mirror's own") for name in SAMPLES}
    table["blob"] = {}
    checksums.published = lambda: table
    assets.cache = lambda: cache
    download.TIMEOUT = 5.0


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A server with all files, an empty cache, no mirror. ``requests`` lists what was asked for."""
    served = {f"/dump/{name}": content for name, content in WEIGHTS.items()}
    served |= {f"/{name}": content for name, content in SAMPLES.items()}
    served["/a.pth"] = BLOB
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            content = served.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for module, name in ((sources, "SOURCES"), (checksums, "published"), (assets, "cache")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(download, "TIMEOUT", 5.0)
    monkeypatch.delenv("AANN_ASSETS", raising=False)
    set_up(server.server_port, tmp_path / "cache")
    yield served, requests, tmp_path, server.server_port
    server.shutdown()
    server.server_close()


def mirror(tmp_path, monkeypatch, files, name="weights"):
    folder = tmp_path / "mirror" / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    monkeypatch.setenv("AANN_ASSETS", str(folder.parent))
    return folder


def contents(paths):
    return {name: path.read_bytes() for name, path in paths.items()}


def test_the_mirror_comes_first(world, monkeypatch):
    _, requests, tmp_path, _ = world
    folder = mirror(tmp_path, monkeypatch, WEIGHTS)
    assert contents(assets.fetch("weights")) == WEIGHTS
    assert assets.fetch("weights", ["3.h5"]) == {"3.h5": folder / "3.h5"}
    assert not requests
    assert not (tmp_path / "cache").exists()


def test_an_altered_or_missing_file_of_the_mirror_is_never_used(world, monkeypatch):
    _, requests, tmp_path, _ = world
    folder = mirror(tmp_path, monkeypatch, WEIGHTS)
    (folder / "1.h5").write_bytes(WEIGHTS["1.h5"][:100])
    (folder / "2.h5").write_bytes(b"altered")
    (folder / "3.h5").unlink()
    with pytest.raises(sources.AssetError, match=r"mirror.* is not as published, 3 of 6") as error:
        assets.fetch("weights")
    message = str(error.value)
    assert f"1.h5: altered or truncated, SHA-256 is {digest(WEIGHTS['1.h5'][:100])}" in message
    assert f"expected {digest(WEIGHTS['2.h5'])}" in message
    assert "3.h5: cannot be read (No such file or directory)" in message
    assert not requests


def test_a_mirror_that_is_no_folder_is_an_error(world, monkeypatch):
    monkeypatch.setenv("AANN_ASSETS", "/nowhere/at/all")
    with pytest.raises(sources.AssetError, match=r"AANN_ASSETS is set to '/nowhere/at/all', which"):
        assets.fetch("weights")


def test_a_mirror_without_the_folder_leaves_it_to_the_source(world, monkeypatch):
    _, _, tmp_path, _ = world
    monkeypatch.setenv("AANN_ASSETS", str(tmp_path))
    assert contents(assets.fetch("weights")) == WEIGHTS


def test_files_are_downloaded_once(world):
    _, requests, tmp_path, _ = world
    for _ in range(2):
        assert contents(assets.fetch("weights")) == WEIGHTS
    assert sorted(requests) == sorted(f"/dump/{name}" for name in WEIGHTS)
    assert not (tmp_path / "cache" / "weights.partial").exists()


def test_a_file_that_the_cache_lost_comes_again(world):
    _, requests, _, _ = world
    assets.fetch("weights")["4.h5"].unlink()
    requests.clear()
    assert contents(assets.fetch("weights")) == WEIGHTS
    assert requests == ["/dump/4.h5"]


def test_a_cached_file_that_was_altered_is_an_error(world):
    assets.fetch("weights")["4.h5"].write_bytes(b"altered")
    with pytest.raises(sources.AssetError, match=r"cache.*\n  4.h5: altered or truncated, SHA-256"):
        assets.fetch("weights")


@pytest.mark.parametrize("content", [WEIGHTS["2.h5"][:99], b"altered"])
def test_a_wrong_download_leaves_nothing(world, content):
    served, _, tmp_path, _ = world
    served["/dump/2.h5"] = content
    with pytest.raises(sources.AssetError) as error:
        assets.fetch("weights")
    assert digest(content) in str(error.value)
    assert digest(WEIGHTS["2.h5"]) in str(error.value)
    assert not (tmp_path / "cache" / "weights" / "2.h5").exists()
    assert not (tmp_path / "cache" / "weights.partial").exists()
    served["/dump/2.h5"] = WEIGHTS["2.h5"]
    assert contents(assets.fetch("weights")) == WEIGHTS


def test_without_network_the_places_searched_are_listed(world):
    _, _, tmp_path, _ = world
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        set_up(closed.getsockname()[1], tmp_path / "cache")
        with pytest.raises(sources.AssetError, match=r"'weights' are not to be had") as error:
            assets.fetch("weights")
    message = str(error.value)
    assert "a mirror: AANN_ASSETS is not set" in message
    assert f"the cache {tmp_path / 'cache' / 'weights'}: not complete" in message
    assert "the source http://127.0.0.1" in message
    assert "set AANN_ASSETS to a mirror" in message
    assert not list((tmp_path / "cache" / "weights").iterdir())


def test_where_no_checksum_is_known_the_first_download_is_recorded(world):
    served, requests, tmp_path, _ = world
    assert contents(assets.fetch("samples")) == SAMPLES
    record = (tmp_path / "cache" / "samples.recorded.sha256").read_text()
    assert f"{digest(SAMPLES['2.JPEG'])}  2.JPEG\n" in record
    requests.clear()
    assert contents(assets.fetch("samples")) == SAMPLES
    assert not requests
    (tmp_path / "cache" / "samples" / "2.JPEG").unlink()
    served["/2.JPEG"] = picture(255)
    with pytest.raises(sources.AssetError, match=digest(SAMPLES["2.JPEG"])):
        assets.fetch("samples")


def test_where_no_checksum_is_known_pictures_must_be_complete(world):
    served, _, tmp_path, _ = world
    served["/2.JPEG"] = SAMPLES["2.JPEG"][:-200]
    with pytest.raises(sources.AssetError, match=r"/2.JPEG: .*[Tt]runcated"):
        assets.fetch("samples")
    assert not (tmp_path / "cache" / "samples" / "2.JPEG").exists()


def test_where_only_a_git_blob_id_is_known_it_is_checked_and_the_download_recorded(world):
    served, requests, tmp_path, _ = world
    served["/a.pth"] = BLOB + b"!"
    with pytest.raises(sources.AssetError, match=rf"git blob id is \w+, expected {BLOB_ID}"):
        assets.fetch("blob")
    assert not list((tmp_path / "cache" / "blob").iterdir())
    served["/a.pth"] = BLOB
    assert contents(assets.fetch("blob")) == {"a.pth": BLOB}
    record = (tmp_path / "cache" / "blob.recorded.sha256").read_text()
    assert record == f"{digest(BLOB)}  a.pth\n"
    requests.clear()
    path = assets.fetch("blob")["a.pth"]
    assert not requests
    path.write_bytes(b"altered")
    with pytest.raises(sources.AssetError, match=rf"SHA-256 is .*, expected {digest(BLOB)}"):
        assets.fetch("blob")


def test_a_file_of_the_mirror_is_checked_against_its_git_blob_id(world, monkeypatch):
    _, _, tmp_path, _ = world
    folder = mirror(tmp_path, monkeypatch, {"a.pth": BLOB}, "blob")
    assert contents(assets.fetch("blob")) == {"a.pth": BLOB}
    (folder / "a.pth").write_bytes(b"altered")
    with pytest.raises(sources.AssetError, match=f"git blob id is .*, expected {BLOB_ID}"):
        assets.fetch("blob")


def test_what_a_killed_download_left_is_cleared(world):
    _, _, tmp_path, _ = world
    left = tmp_path / "cache" / "weights.partial"
    left.mkdir(parents=True)
    (left / "tmp123").write_bytes(b"half")
    assert contents(assets.fetch("weights")) == WEIGHTS
    assert not left.exists()


def test_a_cache_that_cannot_be_written_is_an_error(world):
    _, _, tmp_path, port = world
    (tmp_path / "file").write_bytes(b"")
    set_up(port, tmp_path / "file")
    with pytest.raises(sources.AssetError, match=r"cannot be written to .* set AANN_ASSETS"):
        assets.fetch("weights")


def _fetch_in_process(arguments):
    set_up(*arguments)
    return contents(assets.fetch("weights"))


def test_parallel_processes_download_each_file_once(world):
    _, requests, tmp_path, port = world
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.map(_fetch_in_process, [(port, tmp_path / "cache")] * 3, chunksize=1)
    assert results == [WEIGHTS] * 3
    assert sorted(requests) == sorted(f"/dump/{name}" for name in WEIGHTS)


def test_unknown_folders_and_files_are_errors(world):
    with pytest.raises(ValueError, match=r"no assets are called 'wights'; there are weights, sam"):
        assets.fetch("wights")
    with pytest.raises(ValueError, match=r"'weights' has no files 9.h5"):
        assets.fetch("weights", ["9.h5", "1.h5"])


def test_links_in_the_cache_are_not_followed(world):
    _, _, tmp_path, _ = world
    cache, victim = tmp_path / "cache", tmp_path / "victim"
    victim.mkdir()
    (victim / "mine").write_text("mine")
    cache.mkdir(mode=0o700)
    (cache / "samples.partial").symlink_to(victim)
    (cache / "samples.recorded.sha256.partial").symlink_to(victim / "mine")
    assert contents(assets.fetch("samples")) == SAMPLES
    assert [p.name for p in victim.iterdir()] == ["mine"]
    assert (victim / "mine").read_text() == "mine"
    (cache / "weights").symlink_to(tmp_path / "victim")
    with pytest.raises(sources.AssetError, match=r"cannot be written to \(links are not followed"):
        assets.fetch("weights")


def test_a_damaged_record_is_none(world):
    _, requests, tmp_path, _ = world
    assets.fetch("samples")
    for damaged in (b"\xff\xfe", b"one\ntwo\n", b"f" * 64 + b"  0.JPEG"):
        (tmp_path / "cache" / "samples.recorded.sha256").write_bytes(damaged)
        requests.clear()
        assert contents(assets.fetch("samples")) == SAMPLES
        assert requests


def test_a_pipe_in_the_mirror_is_not_waited_for(world, monkeypatch):
    _, _, tmp_path, _ = world
    folder = mirror(tmp_path, monkeypatch, WEIGHTS)
    (folder / "1.h5").unlink()
    os.mkfifo(folder / "1.h5")
    with pytest.raises(sources.AssetError, match=r"1.h5: cannot be read \(it is no file\)"):
        assets.fetch("weights")
