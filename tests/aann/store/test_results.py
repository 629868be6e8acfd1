import numpy as np
import pytest
from toy_replacement import data
from toys import mlp_model

import aann
from aann.data.batches import batches
from aann.store.results import Results

BATCHES = list(batches(data(20), 8, mlp_model()))


def through(results):
    """What three batches give, and how many were computed."""
    computed = []

    def run(batch):
        computed.append(batch.indices[0])
        return {"sum": np.asarray(batch.inputs).sum(1)}

    found = [results.recall("sums", batch, lambda b=batch: run(b)) for batch in BATCHES]
    return found, computed


def test_what_was_computed_is_recalled_bit_for_bit(tmp_path):
    machine = aann.Machine(cache=tmp_path, resume=True)
    first, computed = through(Results(machine, lambda: "key"))
    assert computed == [0, 8, 16]
    again, computed = through(Results(machine, lambda: "key"))
    assert computed == []
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one["sum"], other["sum"])


@pytest.mark.parametrize(
    ("machine", "section"),
    [({"resume": False}, lambda: "key"), ({"resume": True}, lambda: "other")],
)
def test_it_is_not_recalled_without_resume_or_by_another_key(tmp_path, machine, section):
    through(Results(aann.Machine(cache=tmp_path, resume=True), lambda: "key"))
    assert len(through(Results(aann.Machine(cache=tmp_path, **machine), section))[1]) == 3


def test_other_inputs_are_computed(tmp_path):
    machine = aann.Machine(cache=tmp_path, resume=True)
    results = Results(machine, lambda: "key")
    through(results)
    other = next(batches(data(30).take(range(10, 30)), 8, mlp_model()))
    with pytest.warns(UserWarning, match="was made from something else: computed again"):
        found = results.recall("sums", other, lambda: {"sum": np.zeros(8)})
    assert not found["sum"].any()


def test_nothing_is_kept_without_a_folder_or_a_key(tmp_path):
    nowhere = Results(aann.Machine(), lambda: pytest.fail("no key is needed"))
    keyless = Results(aann.Machine(cache=tmp_path, resume=True), None)
    for results in (nowhere, keyless):
        assert len(through(results)[1]) == len(through(results)[1]) == 3
    assert list(tmp_path.iterdir()) == []
