import jax.numpy as jnp
import numpy as np
import pytest

import aann
import zoo


def test_training_pictures_are_design_and_test_pictures_held_out(assets):
    heldout = zoo.data("mnist", split="heldout")
    assert isinstance(heldout, aann.HeldOut)
    assert isinstance(heldout.design, aann.Design)
    assert heldout.design.hash == zoo.data("mnist", split="design").hash
    assert (heldout.names[3], heldout.design.names[6]) == ("test-00003", "train-00006")
    both = zoo.data("mnist")
    assert both.names == heldout.design.names + heldout.names
    np.testing.assert_array_equal(both.load([10_003]), heldout.load([3]))
    x = heldout.load(range(10_000))
    assert (x.shape, x.dtype, x.min(), x.max()) == ((10_000, 28, 28, 1), np.float32, 0, 1)


def test_labels_are_those_of_the_task_that_is_asked_for(assets):
    digits = zoo.data("mnist", split="heldout", labels="digit")
    assert digits.labels[:4].tolist() == [7, 2, 1, 0]
    assert digits.name == "mnist/digit"
    network = zoo.load("eis_vii_mnist")
    task = zoo.data("mnist", split="heldout")
    logits = network.apply(network.params, jnp.asarray(task.load(range(200))))
    np.testing.assert_array_equal(task.labels[:200], np.argmax(logits, axis=-1))
    assert task.hash != digits.hash


def test_wrong_words_are_errors(assets):
    with pytest.raises(ValueError, match=r"mnist has no labels 'digits'; .*mean digit"):
        zoo.data("mnist", labels="digits")
    with pytest.raises(ValueError, match=r"mnist has no split 'test'; there are design, heldout"):
        zoo.data("mnist", split="test")


def test_an_evaluation_runs_on_them(assets):
    network, heldout = zoo.load("eis_vii_mnist"), zoo.data("mnist", split="heldout")

    def nothing(image, c):
        """Nothing reaches the dense layer."""
        return 0.0 * image.reshape(len(image), -1)[:, :200]

    program = aann.make(nothing, model="eis_vii_mnist", site="fc1", units=range(200))
    report = aann.evaluate(
        network, program, heldout.take(range(60)), design=heldout.design.take(range(40)),
        draws=200, rows=("mean",),
    )  # fmt: skip
    assert [row.recovered["kl"].estimate for row in report.rows if row.name != "mean"] == [0.0, 0.0]
