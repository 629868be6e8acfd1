import numpy as np
import pytest
from toy_replacement import data
from toys import WIDTH, mlp_model

import aann
from aann.data.batches import batches, default_size, size_for


@pytest.mark.parametrize("size", [1, 7, 120, 200])
def test_every_example_comes_once_in_order_with_its_name(size):
    examples = data(20)
    found = list(batches(examples, size, mlp_model()))
    assert [i for batch in found for i in batch.indices] == list(range(20))
    assert [n for batch in found for n in batch.names] == list(examples.names)
    assert {batch.inputs.shape for batch in found} == {(size, WIDTH)}
    inputs = np.concatenate([np.asarray(b.inputs)[: len(b.indices)] for b in found])
    np.testing.assert_array_equal(inputs, examples.load(range(20)))
    labels = np.concatenate([np.asarray(b.labels)[: len(b.indices)] for b in found])
    np.testing.assert_array_equal(labels, examples.labels)


def test_the_last_batch_is_padded_with_its_first_example():
    *_, last = batches(data(10), 4, mlp_model())
    np.testing.assert_array_equal(last.inputs[2:], np.asarray(last.inputs)[[0, 0]])
    assert len(last.names) == 2


def test_inputs_that_are_not_the_models_are_refused():
    wrong = aann.from_arrays("wrong", np.ones((4, WIDTH + 1), np.float32))
    with pytest.raises(ValueError, match=r"takes inputs of shape \(2, 6\).*got \(2, 7\)"):
        list(batches(wrong, 2, mlp_model()))
    bad = aann.from_arrays("bad", np.full((4, WIDTH), np.nan, np.float32))
    with pytest.raises(ValueError, match="NaN or infinity in"):
        list(batches(bad, 2, mlp_model()))


def test_sizes_are_asked_for_or_by_the_size_of_an_example():
    model = mlp_model()
    assert size_for(1000, model, 16, aann.Machine()) == 16
    assert size_for(5, model, None, aann.Machine()) == 5
    assert size_for(10**6, model, None, aann.Machine()) == default_size(model) == 1024
