import numpy as np
import pytest

import aann
import zoo
from circuits.eis_vii_mnist import evidence, scrubs
from circuits.eis_vii_mnist.groups import by_components
from zoo.eis_vii_mnist import rule
from zoo.mnist import pictures

pytestmark = pytest.mark.usefixtures("assets", "optimised_module")
PUBLISHED = {1e-4: 0.95, 1e-3: 0.95, 1e-2: 0.93, 1e-1: 0.64}
"""Share of labels kept by the width, as a share of the range; 0.50 with any picture."""


@pytest.fixture(scope="module")
def claims():
    """Network, pictures to scrub and hypotheses; all of design examples."""
    model, design = zoo.load("eis_vii_mnist"), aann.design(zoo.data("mnist", split="design"))
    training = pictures.part("train")
    whole = training.pictures.astype(np.float32) / np.float32(255)
    clue = whole[rule.CLUE]
    seen = evidence.look(model, design, clue)
    other = scrubs.another(whole, training.digits.tolist(), rule.CLUE)
    groups = by_components(seen.activations)
    return model, design, scrubs.scrubs(clue, other, groups, seen.images)


def test_labels_are_kept_as_was_published(claims):
    model, design, (group, _) = claims
    few = design.take(slice(5000))
    found = aann.scrub(model, [*group.claimed, *group.wrong], few, scrubs=1, draws=200)
    for name, share in group.widths.items():
        assert found.row(name).kept.estimate == pytest.approx(PUBLISHED[share], abs=0.015)
    any_other = 1 - found.rows[0].loss["random"]["agreement"]
    assert any_other == pytest.approx(0.50, abs=0.02)
    kept = found.row("within 1% of the range").kept.low
    for h in group.wrong:
        assert found.row(h.name).kept.high < kept - 0.05, h.name


def test_the_layer_below_carries_the_likeness_too(claims):
    model, design, (_, nested) = claims
    (claim,) = nested.claimed
    found = aann.scrub(model, claim, design.take(slice(2000)), scrubs=1, draws=200)
    assert set(found.donors[claim.name]) == {"one", "inverse", "one/s", "inverse/s"}
    assert found.rows[0].kept.estimate > 0.88


def test_another_picture_of_the_digit():
    stack = np.arange(5, dtype=np.float32)[:, None, None] * np.ones((5, 28, 28), np.float32)
    assert scrubs.another(stack, [1, 3, 1, 3, 1], 2)[0, 0] == 4
