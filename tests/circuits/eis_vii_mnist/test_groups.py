import challenge_toy as toy
import numpy as np
import pytest

from circuits.eis_vii_mnist import evidence, groups


def test_the_groups_of_a_network_that_is_the_program():
    seen = toy.seen()
    expected = groups.Groups(toy.ONE, toy.INVERSE, toy.ALWAYS, toy.SILENT)
    assert groups.by_similarity(seen.activations, seen.similarity) == expected
    assert groups.by_components(seen.activations) == expected
    assert str(expected) == "3 one, 2 inverse, 1 always, 1 silent"


def test_order_of_the_pictures_does_not_matter_and_that_of_units_moves_them():
    seen = toy.seen()
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(len(seen.images)), rng.permutation(seen.activations.shape[1])
    found = groups.by_similarity(seen.activations[rows][:, columns], seen.similarity[rows])
    assert sorted(columns[list(found.one)]) == list(toy.ONE)
    assert sorted(columns[list(found.inverse)]) == list(toy.INVERSE)


def test_components_are_those_of_a_singular_value_decomposition():
    x = np.random.default_rng(0).normal(size=(50, 6)) * np.arange(1, 7)
    found = groups.components(x, 3)
    _, size, axes = np.linalg.svd(x - x.mean(0))
    np.testing.assert_allclose(found.variance, (size**2 / (size**2).sum())[:3])
    np.testing.assert_allclose(np.abs((found.axes * axes[:3]).sum(1)), 1)
    np.testing.assert_allclose(found.of(x).mean(0), 0, atol=1e-12)


def test_no_groups_are_refused():
    with pytest.raises(ValueError, match="of 4 units there are 0 one, 0 inverse, 0 always, 4 sil"):
        groups.by_similarity(np.zeros((9, 4)), np.arange(9.0))
    with pytest.raises(ValueError, match="4 units never vary"):
        groups.by_components(np.ones((9, 4)))
    with pytest.raises(ValueError, match=r"activations \(9, 4\) and similarities \(8,\)"):
        groups.by_similarity(np.zeros((9, 4)), np.arange(8.0))


def test_the_published_network_is_a_v(assets):
    import zoo
    from zoo.mnist import pictures

    clue = pictures.part("train").pictures[6] / 255
    seen = evidence.look(zoo.load("eis_vii_mnist"), zoo.data("mnist", split="design"), clue)
    found = groups.by_similarity(seen.activations, seen.similarity)
    assert (len(found.one), len(found.inverse), len(found.always)) == (31, 17, 9)
    assert groups.by_components(seen.activations) == found
    variance = groups.components(seen.activations).variance
    np.testing.assert_allclose(variance, [0.60, 0.29], atol=0.02)
    # Nearly all that counts pushes class 1, and either group flips its own side alone.
    live = np.asarray([*found.one, *found.inverse])
    assert (seen.weights[live] > 0).mean() > 0.85
    for row in evidence.ablations(seen, found):
        own, other = (row.one, row.inverse) if row.group == "one" else (row.inverse, row.one)
        assert own > 0.95
        assert other < 0.01
        assert row.between < 0.03
