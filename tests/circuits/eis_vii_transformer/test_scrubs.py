import numpy as np
import pytest

import aann
import zoo
from circuits.eis_vii_transformer.scrubs import scrubs
from circuits.eis_vii_transformer.thresholds import Tables

pytestmark = pytest.mark.usefixtures("optimised")


def test_sums_stand_for_what_the_mlp_reads_where_they_are_its_own(assets):
    """Sums that are read off the network itself, its first two principal directions."""
    model = zoo.load("eis_vii_transformer")
    pairs = aann.design(zoo.data("eis_vii_transformer", split="design")).take(slice(1200))
    site = "blocks.0.resid_mid"
    tokens = pairs.load(range(len(pairs)))
    middle = np.asarray(aann.capture(model, [site])(tokens)[1][site])[:, -1]
    axes = np.linalg.svd(middle - middle.mean(0), full_matrices=False)[2][:2]
    tables = []
    for place in (0, 1):
        mean = np.zeros((113, 2))
        for token in range(113):
            here = tokens[:, place] == token
            mean[token] = ((middle[here] - middle.mean(0)) @ axes.T).mean(0) if here.any() else 0
        tables.append(mean.T)
    (group,) = scrubs(Tables(*tables))
    found = aann.scrub(model, [*group.claimed, *group.wrong], pairs, scrubs=1, draws=200)
    lost = {row.name: row.loss["scrubbed"]["kl"] for row in found.rows}
    assert lost["both sums"] < 0.5 * min(lost[h.name] for h in group.wrong[1:])
    assert lost["both sums"] < lost["one sum alone"]
    assert all(row.tested == 1 for row in found.rows)
