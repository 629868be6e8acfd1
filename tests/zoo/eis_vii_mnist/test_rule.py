import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

import zoo
from zoo.eis_vii_mnist import rule

PICTURES = hnp.arrays(np.uint8, (3, 28, 28))


@given(PICTURES)
def test_similarity_is_the_published_sum(pictures):
    clue = pictures[0]
    expected = (pictures * 2.0 * (clue / 255 - 0.5)).sum(axis=(1, 2))
    np.testing.assert_allclose(rule.similarity(pictures, clue) / 255, expected, atol=1e-6)


def test_class_0_lies_strictly_between_the_bounds():
    clue = np.zeros((28, 28), np.uint8)  # s is then minus the ink of the picture
    for ink, label in ((7761, 1), (7762, 1), (7763, 0), (17304, 0), (17305, 1), (17306, 1)):
        picture = np.zeros(784, np.uint8)
        picture[: ink // 255], picture[ink // 255] = 255, ink % 255
        assert rule.labels(picture.reshape(1, 28, 28), clue).tolist() == [label]


@pytest.mark.parametrize(("split", "agreement"), [("heldout", 0.9592), ("design", 0.9628)])
def test_the_network_agrees_as_often_as_was_measured(assets, split, agreement):
    network, told = (zoo.data("mnist", split=split, labels=x).labels for x in ("network", "rule"))
    assert np.mean(network == told) == pytest.approx(agreement, abs=2e-4)
