import os

from zoo.pictures.tree import tree


def write(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_every_file_is_somewhere(tmp_path):
    write(tmp_path, "b", "a/x.heic", "a/y.JPG", "notes.txt", "a/README.md", "z.json")
    write(tmp_path, ".DS_Store", ".hidden/x.png", "a/._y.JPG", "Thumbs.db", "__MACOSX/a/x.png")
    names, notes, problems = tree(tmp_path)
    assert names == ["a/x.heic", "a/y.JPG", "b"]
    assert notes == ["a/README.md", "notes.txt", "z.json"]
    assert not problems


def test_links_are_followed_and_go_round_once(tmp_path):
    write(tmp_path, "elsewhere/fox/a.png", "mine/b.png")
    mine = tmp_path / "mine"
    (mine / "fox").symlink_to(tmp_path / "elsewhere" / "fox")
    (mine / "c.png").symlink_to(tmp_path / "elsewhere" / "fox" / "a.png")
    assert tree(mine).names == ["b.png", "c.png", "fox/a.png"]
    (tmp_path / "elsewhere" / "fox" / "round").symlink_to(mine)
    (mine / "twice").symlink_to(tmp_path / "elsewhere" / "fox")
    names, _, problems = tree(mine)
    assert names == ["b.png", "c.png", "fox/a.png"]
    assert problems == [
        "fox/round: a link to the same folder as .",
        "twice: a link to the same folder as fox",
    ]


def test_what_is_no_file_or_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "dead.jpg").symlink_to("/nowhere/a.jpg")
    (tmp_path / "circle.jpg").symlink_to(tmp_path / "circle.jpg")
    os.mkfifo(tmp_path / "pipe.png")
    write(tmp_path, os.fsdecode(b"latin-\xe9.png"))
    names, _, problems = tree(tmp_path)
    assert not names
    assert sorted(problems) == [
        "circle.jpg: a link that leads nowhere",
        "dead.jpg: a link that leads nowhere",
        "latin-\\udce9.png: its name is no UTF-8; rename it",
        "pipe.png: no regular file",
    ]


def test_folders_that_cannot_be_read_are_problems(tmp_path, monkeypatch):
    write(tmp_path, "closed/a.png", "b.png")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    names, _, problems = tree(tmp_path)
    assert names == ["b.png"]
    assert problems == ["closed: Permission denied"]
