import hand_made

import aann
from circuits.max_of_k.scrubs import scrubs


def test_claims_keep_a_network_that_takes_the_largest_and_wrong_ones_do_not():
    model, data = hand_made.largest(), hand_made.numbers(400)
    k = data.load([0]).shape[1]
    for group in scrubs(k):
        found = aann.scrub(model, [*group.claimed, *group.wrong], data, scrubs=2, draws=200)
        claimed = [found.row(h.name).recovered["kl"].estimate for h in group.claimed]
        wrong = [found.row(h.name).against_random["kl"].estimate for h in group.wrong]
        assert min(claimed) > 0.85, group
        assert max(wrong) < 0.5, group


def test_the_shuffled_claim_has_as_many_stand_ins():
    model, data = hand_made.largest(), hand_made.numbers(200)
    group = scrubs(data.load([0]).shape[1])[0]
    found = aann.scrub(model, [*group.claimed, *group.wrong], data, scrubs=1, draws=200)
    (claim,), shuffled = group.claimed, group.wrong[-1]
    assert shuffled.name == f"{claim.name}, shuffled"
    means = [found.row(name).stand_ins["token"].mean for name in (claim.name, shuffled.name)]
    assert means[0] == means[1] > 1
