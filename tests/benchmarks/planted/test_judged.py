"""Shares of pairs: right, wrong, alike and undefined."""

import pytest

from benchmarks.planted import judged


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ((3.0, 2.0, 1.0), 3), ((1.0, 2.0, 3.0), 0), ((1.0, 1.0, 1.0), 1.5),
        ((1.0, 1.0 - 1e-9, 0.5), 2.5), ((1.0, None, 0.5), 2.0), ((3.0, 1.0, 2.0), 2),
    ],
)  # fmt: skip
def test_pairs_of_a_chain(found, right):
    assert judged.share(dict(zip("abc", found, strict=True)), "abc") == (right, 3)


def test_each_metric_is_asked_of_each_chain():
    rows = {"a": 2.0, "b": 1.0, "c": 3.0}
    found = judged.shares({"kl": rows}, {"gain": "ab", "noise": "ac"})
    assert found == {("kl", "gain"): (1.0, 1), ("kl", "noise"): (0.0, 1)}
