import hand_made
import numpy as np

import aann
from circuits.induction import fit
from circuits.induction.scrubs import scrubs


def test_patterns_follow_matches_and_not_what_is_matched():
    model, data = hand_made.induction(), hand_made.repeats(400)
    design, heldout = aann.split(data)
    found = fit.find(model, design)
    previous, heads = scrubs(found.previous, found.induction)
    (claim,) = previous.claimed
    kept = aann.scrub(model, claim, heldout, scrubs=1, draws=200).rows[0]
    assert kept.recovered["kl"].estimate > 0.99
    np.testing.assert_allclose(kept.stand_ins["pattern"].mean, len(heldout))
    rows = aann.scrub(model, [*heads.claimed, *heads.wrong], heldout, scrubs=1, draws=200)
    best = rows.row(heads.claimed[0].name).recovered["kl"].estimate
    assert best > 0.95
    others = [rows.row(h.name).recovered["kl"].estimate for h in heads.wrong]
    assert max(others) < best - 0.1
