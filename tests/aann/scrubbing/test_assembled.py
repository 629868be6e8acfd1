"""What scrubbing found, in the user's order of examples and hypotheses."""

import numpy as np
import pytest
from scrubs import N, arrays, chain, claim, examples, identity, scrubbed

from aann.scrubbing.equivalence import Anything, Related, Within

CLOSE = {"rtol": 1e-3, "atol": 2e-5}


def test_reported_donors_are_equivalent_in_the_users_order():
    order = np.random.default_rng(3).permutation(N)
    found = scrubbed(claim(), data=examples(order=order), scrubs=3)
    for path, donors in found.donors["it"].items():
        above, _, name = path.rpartition("/")
        values = found.values["it"][name]
        before = found.donors["it"][above] if above else np.tile(np.arange(N), (3, 1))
        np.testing.assert_array_equal(values[donors], values[before])
    assert sorted(found.donors["it"]) == ["c", "c/a", "c/b", "c/b/a"]
    np.testing.assert_array_equal(found.values["it"]["a"], arrays()[order, 0, 0] > 0)


def test_the_order_of_examples_changes_nothing():
    order = np.random.default_rng(2).permutation(N)
    hypotheses = claim(), claim(identity, {"a": "h"}, same=Within(0.5), name="near")
    straight, turned = (scrubbed(*hypotheses, data=examples(order=o)) for o in (None, order))
    for name in ("it", "near"):
        for metric, losses in straight.losses[name].items():
            np.testing.assert_array_equal(turned.losses[name][metric], losses[:, order])
        for path, donors in straight.donors[name].items():
            np.testing.assert_array_equal(order[turned.donors[name][path]], donors[:, order])


def test_rows_of_several_hypotheses_share_their_baselines():
    found = scrubbed(
        claim(name="exact"), claim(same=Anything(), name="any"),
        claim(chain, {"a": "h"}, name="other"),
    )  # fmt: skip
    assert found.row("exact").loss["random"] == found.row("any").loss["random"]
    assert found.row("any").loss["scrubbed"] == found.row("any").loss["random"]
    assert found.row("other").loss["zero"] != found.row("any").loss["zero"]
    assert [row.name for row in found.rows] == ["exact", "any", "other"]


def test_groups_are_resampled_together():
    grouped = examples(groups=[i // 2 for i in range(N)])
    alone, together = scrubbed(claim()), scrubbed(claim(), data=grouped)
    np.testing.assert_array_equal(alone.losses["it"]["kl"], together.losses["it"]["kl"])
    assert alone.rows[0].kept.estimate == together.rows[0].kept.estimate
    assert alone.rows[0].kept != together.rows[0].kept
    with pytest.raises(ValueError, match="at least 10 groups, got 3: add groups"):
        scrubbed(claim(), data=examples(groups=[i // 8 for i in range(N)]))


def test_a_user_may_say_which_pairs_agree():
    def close(a, b):
        return np.abs(a[:, None] - b[None]) < 0.2

    by_pairs, by_width = (
        scrubbed(claim(identity, {"a": "h"}, same=same)) for same in (Related(close), Within(0.2))
    )
    assert by_pairs.rows[0].stand_ins == by_width.rows[0].stand_ins
