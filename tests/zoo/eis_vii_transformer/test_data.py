import numpy as np
import pytest

import aann
import zoo
from zoo.eis_vii_transformer import halves, planes


def test_every_pair_occurs_once_with_its_class(assets):
    examples = zoo.data("eis_vii_transformer")
    tokens = examples.load(range(len(examples)))
    assert tokens.dtype == examples.labels.dtype == np.int32
    a, b, last = tokens.T
    assert np.array_equal(113 * a + b, np.arange(12_769))
    assert set(last) == {113}
    np.testing.assert_array_equal(examples.labels.reshape(113, 113), planes.plane())
    assert examples.names[113 * 7 + 42] == "007,042"
    assert len(set(examples.digests)) == 12_769


def test_design_is_the_half_that_the_networks_were_trained_on(assets):
    design, heldout = (zoo.data("eis_vii_transformer", split=s) for s in ("design", "heldout"))
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert heldout.design.hash == design.hash
    assert (len(design), len(heldout)) == (6_384, 6_385)
    assert not set(design.names) & set(heldout.names)
    tokens = design.load(range(len(design)))
    np.testing.assert_array_equal(113 * tokens[:, 0] + tokens[:, 1], halves.training_rows())
    np.testing.assert_array_equal(design.labels, planes.plane()[tokens[:, 0], tokens[:, 1]])


def test_labels_are_of_the_rule_or_of_the_published_network(assets):
    true = zoo.data("eis_vii_transformer", split="heldout")
    theirs = zoo.data("eis_vii_transformer", split="heldout", labels="published")
    assert (true.name, theirs.name) == ("eis_vii_transformer", "eis_vii_transformer/published")
    assert (true.labels != theirs.labels).sum() == 155
    assert true.names == theirs.names
    assert true.hash != theirs.hash


def test_wrong_words_are_errors():
    with pytest.raises(ValueError, match=r"no labels 'pubished'; .*mean published\?"):
        zoo.data("eis_vii_transformer", labels="pubished")
    with pytest.raises(ValueError, match=r"no split 'test'; there are design, heldout"):
        zoo.data("eis_vii_transformer", split="test")
