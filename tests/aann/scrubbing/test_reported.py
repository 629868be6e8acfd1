import numpy as np
import pytest
from attention import tokens, transformer
from scrubs import N, claim, examples, scrubbed

import aann
from aann.scrubbing.equivalence import Anything, Same, Shuffled
from aann.scrubbing.reported import as_report


@pytest.fixture(scope="module")
def found():
    data = examples(
        order=np.random.default_rng(0).permutation(N), groups=[i // 2 for i in range(N)]
    )
    return scrubbed(
        claim(), claim(same=Shuffled(Same()), name="dealt"), claim(same=Anything(), name="any"),
        data=data,
    )  # fmt: skip


def test_a_report_has_what_scrubbing_found(found):
    report = as_report(found, name="scrub", claim="It adds.", wrong=["dealt"])
    assert [(row.name, row.kind) for row in report.rows] == [
        ("zero", "ablation"), ("any donors", "ablation"), ("it", "program"), ("dealt", "control"),
        ("any", "program"),
    ]  # fmt: skip
    rows = {row.name: row for row in report.rows}
    for row in found.rows:
        for metric, estimate in row.recovered.items():  # ends of shares hang on ties
            again = rows[row.name].recovered[metric].estimate
            assert again == (estimate.estimate and pytest.approx(estimate.estimate, rel=1e-6))
        for metric, loss in row.loss["scrubbed"].items():
            assert rows[row.name].loss[metric] == pytest.approx(loss, rel=1e-6)
    assert rows["any"].recovered == rows["any donors"].recovered
    assert rows["zero"].recovered["kl"].estimate == 0
    assert report.intact["kl"] == 0
    assert report.site == "h + z + m"
    assert "it: a (same) at h, " in "\n".join(report.notes)


def test_a_report_comes_back_from_its_file(found, tmp_path):
    report = as_report(found, name="scrub")
    report.save(tmp_path, figures=False)
    again = aann.Report.load(tmp_path)
    assert again.rows == report.rows
    np.testing.assert_array_equal(again.arrays["examples/names"], found.names)


def test_rows_that_do_not_belong_together(found):
    with pytest.raises(ValueError, match="no row 'nope'; there are it, dealt, any"):
        as_report(found, name="scrub", wrong=["nope"])
    apart = scrubbed(claim(), claim(where={"c": "m"}, name="other"), scrubs=1)
    with pytest.raises(ValueError, match="these rows scrub different activations .* once for each"):
        as_report(apart, name="scrub")
    data = aann.from_arrays("t", np.asarray(tokens(20)), names=[f"{i:02}" for i in range(20)])
    inputs = claim(lambda t: aann.value("a", t[:, 0]), {"a": "input"})
    with pytest.raises(ValueError, match="without zero-ablation there is no report"):
        as_report(scrubbed(inputs, network=transformer(), data=data, scrubs=1), name="scrub")
