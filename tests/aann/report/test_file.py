"""Reports come back from their files, and files that are not theirs are refused.

Serves ``plain`` too.
"""

import json

import numpy as np
import pytest
import report_files

from aann.report.report import Report


@pytest.fixture
def saved(tmp_path):
    report_files.report().save(tmp_path, figures=False)
    return tmp_path


def rewrite(folder, **changes):
    plain = json.loads((folder / "report.json").read_text())
    for dotted, value in changes.items():
        *path, last = dotted.split("__")
        at = plain
        for key in path:
            at = at[int(key) if key.isdigit() else key]
        at[last] = value
    (folder / "report.json").write_text(json.dumps(plain))


def rewrite_arrays(folder, **changes):
    with np.load(folder / "report.npz") as stored:
        arrays = {name: stored[name] for name in stored.files} | changes
    np.savez(folder / "report.npz", **{k: v for k, v in arrays.items() if v is not None})


@pytest.mark.parametrize("path", [".", "report.json"])
def test_a_report_comes_back(saved, path):
    before, after = report_files.report(), Report.load(saved / path)
    assert after.to_json() == before.to_json()
    assert str(after) == str(before)
    assert after.arrays.keys() == before.arrays.keys()
    for name, array in before.arrays.items():
        np.testing.assert_array_equal(after.arrays[name], array)
    after.save(saved / "again", figures=False)
    text = (saved / "report.json").read_text()
    assert (saved / "again" / "report.json").read_text() == text


def test_missing_files_are_named(saved, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no report at .*nowhere: pass the folder"):
        Report.load(tmp_path / "nowhere")
    (saved / "report.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"no report.npz beside the report in .*run the"):
        Report.load(saved)


@pytest.mark.parametrize("name", ["report.json", "report.npz"])
@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
def test_truncated_files_are_refused(saved, name, kept):
    whole = (saved / name).read_bytes()
    (saved / name).write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match=rf"{name} is truncated or altered"):
        Report.load(saved)


def test_altered_arrays_are_refused(saved):
    whole = bytearray((saved / "report.npz").read_bytes())
    whole[len(whole) // 3] ^= 0xFF
    (saved / "report.npz").write_bytes(bytes(whole))
    with pytest.raises(ValueError, match=r"report.npz is truncated or altered"):
        Report.load(saved)


@pytest.mark.parametrize("schema", [2, None, "1", [1]])
def test_other_schemas_are_refused(saved, schema):
    rewrite(saved, schema=schema)
    with pytest.raises(ValueError, match=r"has schema .*, this version of aann reads 1"):
        Report.load(saved)


@pytest.mark.parametrize("text", ["[]", '"schema"', "{", '{"schema": NaN}', "[" * 10_000])
def test_what_is_no_report_is_refused(saved, text):
    (saved / "report.json").write_text(text)
    with pytest.raises(ValueError, match=r"truncated or altered|has schema"):
        Report.load(saved)


def test_all_that_is_wrong_with_the_json_is_listed(saved):
    rewrite(
        saved, model=7, units="3, 5", surprise=1, rows__0__bits="many",
        rows__1__recovered__kl__low=True, rows__2__r2=[0.5, "x"], damage__kl=3, data=[1],
    )  # fmt: skip
    with pytest.raises(ValueError, match="is no report as aann schema=1 writes it") as error:
        Report.load(saved)
    for line in (
        "- model is 7, not str",
        "- units is '3, 5', not a list",
        "- unknown 'surprise'",
        "- rows[0].bits is 'many', not float or null",
        "- rows[1].recovered.kl.low is True, not float or null",
        "- rows[2].r2[1] is 'x', not float or null",
        "- damage.kl is 3, not an object",
        "- data is [1], not an object",
    ):
        assert line in str(error.value)


def test_fields_that_lack_are_listed(saved):
    plain = json.loads((saved / "report.json").read_text())
    del plain["claim"], plain["rows"][0]["kind"]
    (saved / "report.json").write_text(json.dumps(plain))
    with pytest.raises(ValueError, match=r"- no 'claim'\n- no 'kind' in rows\[0\]"):
        Report.load(saved)


def test_arrays_of_another_report_are_refused(saved):
    report_files.report(seed=1).save(saved / "other", figures=False)
    (saved / "other" / "report.npz").rename(saved / "report.npz")
    with pytest.raises(ValueError, match=r"losses/nll of 'ours' have mean .* and .* in report"):
        Report.load(saved)
    losses = report_files.report().arrays["losses/kl"]
    rewrite_arrays(
        saved,
        **{
            "losses/kl": losses[:-1],
            "losses/nll": None,
            "examples/names": np.asarray(["x"]),
        },
    )
    with pytest.raises(ValueError, match=r"floating of shape \(5, 60\): 4 rows and") as error:
        Report.load(saved)
    assert "report.npz has no losses/nll" in str(error.value)
    assert "examples/names has shape (1,), not (60,)" in str(error.value)


def test_rows_of_one_name_and_of_unknown_kinds_are_refused(saved):
    rows = json.loads((saved / "report.json").read_text())["rows"]
    rewrite(saved, rows__1__name=rows[0]["name"], rows__0__kind="guess")
    with pytest.raises(ValueError, match="is no report") as error:
        Report.load(saved)
    assert f"- 2 rows are called {rows[0]['name']!r}" in str(error.value)
    assert "is of kind 'guess': kinds are ablation, fit, control, program" in str(error.value)


def test_pickles_are_refused(saved):
    rewrite_arrays(saved, more=np.asarray([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"report.npz is truncated or altered \(Object arrays"):
        Report.load(saved)
