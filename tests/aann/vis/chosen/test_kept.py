import jax
import numpy as np
import pytest
from toy_replacement import data
from toys import mlp_model

import aann
from aann.vis.chosen.kept import key_of, recall
from aann.vis.chosen.numbers import direction, units
from aann.vis.chosen.options import Options

MODEL, DATA = mlp_model(), data(8)
OPTIONS = Options(3, ("top",), 5, 1, 0)


def key(model=MODEL, numbers=None, examples=DATA, size=4, machine=None, options=OPTIONS):
    numbers = units("h", 1) if numbers is None else numbers
    return key_of(model, numbers, examples, size, machine or aann.Machine(), options)


def test_the_same_question_has_the_same_key():
    assert key() == key(mlp_model(), units("h", 1), data(8))


def test_whatever_changes_the_answer_changes_the_key():
    weights = jax.tree.map(lambda w: w * 2, MODEL.params)
    keys = [
        key(),
        key(aann.Model(MODEL.apply, weights, "toy", MODEL.inputs)),
        key(numbers=units("h", 2)),
        key(numbers=units("m", 1)),
        key(numbers=direction("h", np.ones(6))),
        key(numbers=direction("h", 2 * np.ones(6))),
        key(examples=data(9)),
        key(examples=DATA.take(range(7, -1, -1))),
        key(size=8),
        key(machine=aann.Machine(bfloat16=True)),
        *(key(options=OPTIONS._replace(**new)) for new in (
            {"n": 4}, {"seed": 1}, {"per_example": 2}, {"kinds": ("bottom",)},
        )),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)


def test_what_is_kept_is_read_again(tmp_path):
    made = []

    def compute():
        made.append(1)
        return {"a": np.arange(3) * len(made)}

    for _ in range(2):
        np.testing.assert_array_equal(
            recall(tmp_path / "new", lambda: "k", compute)["a"], [0, 1, 2]
        )
    assert len(made) == 1
    np.testing.assert_array_equal(recall(tmp_path / "new", lambda: "l", compute)["a"], [0, 2, 4])
    recall(None, lambda: 1 / 0, compute)
    assert len(made) == 3


def test_a_damaged_file_is_made_again(tmp_path):
    recall(tmp_path, lambda: "k", lambda: {"a": np.arange(3)})
    (path,) = tmp_path.rglob("*.shard")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.warns(UserWarning, match=r"is truncated or altered: computed again"):
        found = recall(tmp_path, lambda: "k", lambda: {"a": np.arange(4)})
    assert len(found["a"]) == 4
    assert len(recall(tmp_path, lambda: "k", lambda: {})["a"]) == 4


def test_a_folder_that_cannot_be_written_is_found_out_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot be written"):
        recall(tmp_path / "file", lambda: "k", lambda: 1 / 0)
