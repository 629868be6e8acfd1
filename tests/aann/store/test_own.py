import os
import stat

import pytest

from aann.store.own import check_own, make_own

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs owners and modes")


def test_what_is_made_is_the_users_alone(tmp_path):
    before = os.umask(0)
    try:
        make_own(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    make_own(tmp_path / "a" / "b")
    check_own(tmp_path / "a", "b", "c")


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_folder_that_others_can_write_to_is_refused(tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(OSError, match=r"other users can write to .*: chmod go-w"):
        check_own(tmp_path)
    tmp_path.chmod(0o755)
    check_own(tmp_path)


def test_the_folder_of_someone_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(OSError, match="belongs to another user"):
        check_own(tmp_path)


def test_links_are_not_followed(tmp_path):
    (tmp_path / "x").symlink_to(tmp_path / "nowhere")
    (tmp_path / "y").symlink_to(tmp_path)
    with pytest.raises(OSError, match=r"links are not followed: remove .*x, .*y"):
        check_own(tmp_path, "x", "y", "z")
    with pytest.raises(FileExistsError):
        make_own(tmp_path / "x")
    assert not (tmp_path / "nowhere").exists()
