"""Reports from files that may be anything: refused in seconds, or shown in every form.

Serves ``archive``, ``arrays_file``, ``showable``, ``strict`` too.
"""

import contextlib
import copy
import functools
import io
import json
import sys
import zipfile

import hostile_files
import numpy as np
import pytest
import report_files
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.report import archive, arrays_file, strict
from aann.report.report import Report


@functools.cache
def saved():
    """No fixture: a test that fails would print all of it."""
    return hostile_files.saved()


def load(folder, plain, arrays):
    (folder / "report.json").write_text(json.dumps(plain))
    (folder / "report.npz").write_bytes(arrays)
    return Report.load(folder)


def shown(report):
    return [
        str(report), repr(report), report.markdown(), report.html(), report._repr_html_(),
        report.to_json(), repr(report.arrays), str(report.arrays),
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own peak of memory from /proc")
def test_no_file_stalls_or_eats_memory(tmp_path):
    attacks = hostile_files.write(tmp_path, hostile_files.reports(*saved(), 60_000))
    found = hostile_files.measure("report", [path for path, _ in attacks.values()], timeout=120)
    assert len(found) == len(attacks), f"stalled: {list(attacks)[len(found)]}"
    for (name, (_, size)), taken in zip(attacks.items(), found):
        assert taken.within(size), (name, size, taken)


PLAIN = [None, True, 0, -1, 1.5, 2**63, 10**400, 1e308, "", "\x1b[31m\n|<b>", "\ud800", "a" * 1000]
NESTED = [[], {}, [[]], [None], [1.5], {"a": 1}, [[1, 2], [3]], ["x"], {"estimate": None}]
VALUES = st.sampled_from(PLAIN + NESTED)


def places(value, before=()):
    """The path of every value in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, x in inner:
        yield (*before, key)
        if isinstance(x, dict | list):
            yield from places(x, (*before, key))


@settings(deadline=None)
@given(st.data())
def test_an_altered_report_is_refused_or_shown(tmp_path_factory, data):
    plain, arrays = copy.deepcopy(saved()[0]), saved()[1]
    plain["precision"] = {
        "n": 5, "moved": {m: {"estimate": 0.1, "low": 0.0, "high": 1.0} for m in plain["damage"]}
    }  # fmt: skip
    for _ in range(data.draw(st.integers(1, 2))):
        *path, last = data.draw(st.sampled_from(list(places(plain))))
        at = plain
        for key in path:
            at = at[key]
        if data.draw(st.booleans()):
            at[last] = data.draw(VALUES)
        else:
            del at[last]
    with contextlib.suppress(ValueError):
        report = load(tmp_path_factory.getbasetemp(), plain, arrays)
        try:
            for text in shown(report):
                text.encode()
        except Exception as error:
            raise AssertionError("it was loaded and cannot be shown") from error


@pytest.mark.parametrize("name", ["correlation_interval", "robust_correlation", "residual_bits"])
def test_intervals_with_one_end_are_refused(tmp_path, name):
    plain = copy.deepcopy(saved()[0])
    plain["rows"][1][name] = {"estimate": 0.5, "low": 0.25, "high": None}
    with pytest.raises(ValueError, match=rf"rows\[1\]\.{name} has some of its numbers, not all"):
        load(tmp_path, plain, saved()[1])


KINDS = ["f2", "f8", "f16", "c8", "O", "U3", "U0", "S4", "V0", "V8", "M8[s]", "?", ">f4", ">U3"]


@settings(deadline=None)
@given(
    st.sampled_from(["losses/kl", "examples/names", "examples/marks", "more"]),
    st.sampled_from(KINDS),
    st.sampled_from([(), (0,), (5, 12), (12,), (1 << 40,), (10**9, 0)]),
    st.sampled_from([0, 48, 144, 240]),
)
def test_altered_arrays_are_refused_or_shown(tmp_path_factory, name, kind, shape, size):
    with np.load(io.BytesIO(saved()[1])) as stored:
        arrays = {k: stored[k] for k in stored.files}
    parts = {}
    for key, array in arrays.items():
        parts[f"{key}.npy"] = io.BytesIO()
        np.save(parts[f"{key}.npy"], array)
    parts[f"{name}.npy"] = io.BytesIO()
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(kind)), "fortran_order": False}
    np.lib.format.write_array_header_1_0(parts[f"{name}.npy"], header | {"shape": shape})
    parts[f"{name}.npy"].write(b"\xff" * size)
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as made:
            for key, part in parts.items():
                made.writestr(key, part.getvalue())
        content = file.getvalue()
    with contextlib.suppress(ValueError):
        report = load(tmp_path_factory.getbasetemp(), saved()[0], content)
        assert shown(report)
        for array in report.arrays.values():
            array.tolist()


@settings(deadline=None)
@given(st.data())
def test_damaged_archives_are_refused_or_read(tmp_path_factory, data):
    content = bytearray(saved()[1])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        load(tmp_path_factory.getbasetemp(), saved()[0], bytes(content))


@pytest.mark.parametrize("size", [10, 20_000_000])
def test_arrays_that_shrink_a_lot_are_written_so_that_they_are_read(tmp_path, size):
    given_arrays = {"zeros": np.zeros(size), "names": np.asarray(["é", "x"])}
    arrays_file.write(tmp_path / "a.npz", given_arrays)
    assert (tmp_path / "a.npz").stat().st_size < 1000 or size > 10
    found = arrays_file.read(tmp_path / "a.npz")
    assert list(found) == ["zeros", "names"]
    assert found["zeros"].shape == (size,)
    assert found["names"].tolist() == ["é", "x"]


def test_members_that_are_packed_in_other_ways_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.npy", b"x" * 1000)
    with pytest.raises(ValueError, match="compressed in another way"):
        arrays_file.read(tmp_path / "a.npz")


def test_the_list_of_an_archive_is_bounded():
    names = {f"{'x' * 200}{i}": b"" for i in range(9000)}
    with pytest.raises(ValueError, match=r"the list of its members has \d+ bytes, more than 2097"):
        archive.opened(hostile_files.torch_files.zipped(names))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 51 + "]" * 51, "nested deeper than 50 levels"),
        ("[" * 10_000, "nested deeper than 50 levels"),
        ("[" + "[]," * 500_000 + "1]", "too many values for its length"),
        ("1e999", "beyond all numbers"),
        ("NaN", "NaN is no number of strict JSON"),
        ('"' + "a" * (1 << 24) + '\\u00e9"', "some of them not ASCII"),
        ("1" * 5000, "digits"),
        (b"\xff", "utf-8"),
    ],
)
def test_json_beyond_the_bounds_is_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        strict.parse(text)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)  # fmt: skip
def test_other_json_is_read_as_json_reads_it(value):
    assert strict.parse(json.dumps(value)) == value


def test_long_lists_of_numbers_are_read():
    value = np.random.default_rng(0).normal(size=300_000).tolist()
    assert strict.parse(json.dumps(value, indent=1)) == value


def test_mistakes_by_the_thousand_are_listed_in_short(tmp_path):
    plain = saved()[0] | {"units": ["x"] * 5000, "k" * 5000: 1}
    with pytest.raises(ValueError, match="and 80 more") as error:
        load(tmp_path, plain, saved()[1])
    assert len(str(error.value)) < 3000


HOSTILE = "a\n# b | <script>\x1b[2J [x](y) *e* `c` &lt; \u202e\\"


def named(text):
    made = report_files.report(
        eval=text, site=text, model=text, claim=text,
        constants={text: {"value": [1.5], "origin": text, "note": text}},
    )  # fmt: skip
    for row in made.rows:
        object.__setattr__(row, "name", f"{row.name} {text}")
    return made


def test_names_do_not_move_the_cursor_or_end_lines():
    for text in (str(named(HOSTILE)), repr(named(HOSTILE))):
        assert all(line.isprintable() for line in text.split("\n"))
    text = str(named(HOSTILE))
    assert len(text.split("\n")) == len(str(report_files.report()).split("\n"))
    assert r"a\n# b | <script>\x1b[2J" in text


def test_names_are_no_markup_on_the_page():
    lines = named(HOSTILE).markdown().split("\n")
    assert len(lines) == len(report_files.report().markdown().split("\n"))
    assert all(line.isprintable() for line in lines)
    page = "\n".join(lines)
    assert "<script>" not in page.replace(r"\<script>", "")
    assert "](y)" not in page.replace(r"\](y)", "")
    assert all("*e*" not in line.replace(r"\*e\*", "") for line in lines)
    rows = [line for line in lines if line.startswith("| ")]
    counts = {line.replace("\\\\", "").replace(r"\|", "").count("|") for line in rows}
    assert len(counts) == 2  # one for each of the two tables
