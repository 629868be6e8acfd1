import numpy as np
import pytest

import aann
import zoo


def test_sequences_are_different_and_their_labels_are_maxima():
    examples = zoo.data("max_of_k", n=5000, seed=1)
    tokens = examples.load(range(5000))
    assert tokens.dtype == examples.labels.dtype == np.int32
    assert tokens.shape == (5000, 4)
    assert (tokens.min(), tokens.max()) == (0, 63)
    np.testing.assert_array_equal(examples.labels, np.sort(tokens, axis=1)[:, -1])
    assert len(set(examples.names)) == 5000
    assert examples.names[7] == "-".join(f"{token:02d}" for token in tokens[7])
    counts = np.bincount(tokens.ravel(), minlength=64)
    assert abs(counts - 5000 / 16).max() < 6 * np.sqrt(5000 / 16)  # uniform, six sigma


def test_the_seed_decides():
    first, again, other = (zoo.data("max_of_k", n=50, seed=seed).hash for seed in (0, 0, 1))
    assert first == again != other


def test_halves_and_arguments():
    design, heldout = (zoo.data("max_of_k", n=50, split=split) for split in ("design", "heldout"))
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert not set(design.names) & set(heldout.names)
    with pytest.raises(ValueError, match=r"at most 16777216, got 16777217; seed is .* got -1"):
        zoo.data("max_of_k", n=64**4 + 1, seed=-1)
    with pytest.raises(ValueError, match="split is"):
        zoo.data("max_of_k", split="test")
