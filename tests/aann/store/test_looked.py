import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from toy_replacement import data, replacement

import aann
from aann.store import looked
from aann.store.looked import FILE, SOME, VARIABLE, folder, looks, record


@pytest.fixture(autouse=True)
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "state"))
    monkeypatch.setattr(looked, "_unwritten", [])
    return tmp_path / "state" / FILE


@pytest.fixture(scope="module")
def halves():
    return aann.split(data())


def other(h, c):
    """Says something else."""
    return h[:, :3] * c.gain + c.offset


def test_looks_are_counted_by_day(ledger, halves):
    _, heldout = halves
    assert looks(replacement(), heldout) == []
    for _ in range(3):
        assert record(replacement(), heldout) is None
    found = looks(replacement(), heldout)
    assert len(found) == 3
    assert found[0].day == min(x.day for x in found)
    assert len(ledger.read_text().splitlines()) == 3
    assert ledger.parent.stat().st_mode & 0o077 == 0


def test_a_program_is_known_by_its_name_or_its_source(halves):
    _, heldout = halves
    record(replacement(), heldout)
    changed = replacement(gain=3.0, offset=1.0)
    renamed = dataclasses.replace(replacement(), name="theirs")
    rewritten = replacement(other)
    stranger = dataclasses.replace(rewritten, name="theirs")
    elsewhere = dataclasses.replace(replacement(), site="h", reads=("input",))
    of_another = dataclasses.replace(replacement(), model="other")
    known = [changed, renamed, rewritten, stranger, elsewhere, of_another]
    assert [len(looks(x, heldout)) for x in known] == [1, 1, 1, 0, 0, 0]


def test_examples_are_known_by_their_contents(halves):
    design, heldout = halves
    record(replacement(), heldout.take(range(5)))
    assert len(looks(replacement(), heldout)) == 1
    assert looks(replacement(), design) == []
    assert looks(replacement(), heldout.take(range(5, 40))) == []
    assert len(looks(replacement(), heldout.take([4, 30]))) == 1
    whole = data()
    record(replacement(), whole)
    assert len(whole) > SOME
    assert len(looks(replacement(), heldout.take(range(5, 40)))) == 1


def test_writers_at_once_lose_nothing(halves):
    _, heldout = halves
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: record(replacement(), heldout), range(24))) == {None}
    assert len(looks(replacement(), heldout)) == 24


def test_what_is_no_look_is_left_out(ledger, halves):
    _, heldout = halves
    record(replacement(), heldout)
    good = ledger.read_text()
    plain = json.loads(good)
    wrong = [
        "", "nonsense", "[]", "null", "{}", json.dumps({**plain, "more": 1}), "[" * 10_000,
        json.dumps({**plain, "day": "yesterday"}), json.dumps({**plain, "examples": "abc"}),
        json.dumps({**plain, "examples": [1]}), json.dumps({**plain, "name": 7}), good[:40],
    ]  # fmt: skip
    ledger.write_bytes("\n".join([good, *wrong]).encode() + b"\xff\xfe")
    assert len(looks(replacement(), heldout)) == 1
    record(replacement(), heldout)  # the last line was cut off
    assert len(looks(replacement(), heldout)) == 2


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_cannot_be_written_is_remembered_by_the_process(tmp_path, monkeypatch, halves, kind):
    _, heldout = halves
    if kind == "file":
        (tmp_path / "taken").write_text("")
        monkeypatch.setenv(VARIABLE, str(tmp_path / "taken"))
    else:
        (tmp_path / "state" / FILE).mkdir(parents=True)
    assert isinstance(record(replacement(), heldout), OSError)
    assert len(looks(replacement(), heldout)) == 1


def test_a_lock_that_another_process_holds_is_not_waited_for_for_ever(monkeypatch, halves):
    import filelock

    monkeypatch.setattr(looked, "_PATIENCE", 0.05)
    record(replacement(), halves[1])
    with filelock.FileLock(folder() / f"{FILE}.lock"):
        assert isinstance(record(replacement(), halves[1]), OSError)
    assert len(looks(replacement(), halves[1])) == 2


def test_the_ledger_is_in_the_users_folder_by_default(monkeypatch):
    import platformdirs

    monkeypatch.delenv(VARIABLE)
    assert str(folder()) == platformdirs.user_state_dir("aann", appauthor=False)
    monkeypatch.setenv(VARIABLE, "~/somewhere")
    assert "~" not in str(folder())


def test_a_program_without_source_is_known_by_its_name(halves):
    import jax

    made = aann.make(jax.nn.relu, model="toy", site="m", units=(0,), reads=("h",), name="built in")
    record(made, halves[1])
    assert len(looks(made, halves[1])) == 1
