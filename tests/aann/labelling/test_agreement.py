"""``checks``, ``found``, ``labeller``, ``observed`` and ``share`` too."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

import aann

N = 43


def apply(params, x):
    hidden = aann.site("hidden", x * params["scale"])
    return aann.site("logits", hidden @ params["out"])


@pytest.fixture(scope="module")
def model():
    out = jax.random.normal(jax.random.key(0), (4, 3))
    params = {"scale": jnp.float32(2), "out": out}
    return aann.Model(apply, params, "net", jax.ShapeDtypeStruct((4,), jnp.float32))


def data(labelled=True, groups=None, n=N):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    labels = rng.integers(0, 3, n) if labelled else None
    return aann.from_arrays("toy", x, labels, groups=groups)


def first(x):
    """By which of the first three inputs is largest."""
    return x[:, :3].argmax(-1)


def on_host(x):
    return [max(range(3), key=lambda i: row[i]) for row in x.tolist()]


def logits(model):
    return np.asarray(model(data().load(range(N))))


def test_everything_is_as_counted_by_hand(model):
    found = aann.label_agreement(model, first, data(), batch_size=10)
    raw = logits(model)
    told, theirs, truth = first(data().load(range(N))), raw.argmax(-1), data().labels
    ordered = np.sort(raw, axis=1)
    np.testing.assert_array_equal(found.labels["program"], told)
    np.testing.assert_array_equal(found.labels["network"], theirs)
    np.testing.assert_allclose(found.margins, ordered[:, -1] - ordered[:, -2], atol=1e-5)
    np.testing.assert_array_equal(found.differ, np.flatnonzero(told != theirs))
    for row, (a, b) in zip(
        (found.with_network, found.with_truth, found.network_with_truth),
        ((told, theirs), (told, truth), (theirs, truth)),
        strict=True,
    ):
        assert row.share.estimate == np.mean(a == b)
        ends = scipy.stats.binomtest(int((a == b).sum()), N).proportion_ci(method="wilson")
        assert (row.share.low, row.share.high) == (ends.low, ends.high)
        assert row.counts[1, 2] == np.sum((a == 1) & (b == 2))
    assert found.majority.share.estimate == np.bincount(theirs).max() / N
    assert found.majority.kappa == pytest.approx(0, abs=1e-12)
    assert found.balance["network"] == (np.bincount(theirs, minlength=3) / N).tolist()


def test_differences_are_grouped_and_the_surest_come_first(model):
    found = aann.label_agreement(model, first, data())
    assert sum(map(len, found.kinds)) == len(found.differ)
    assert sorted(i for kind in found.kinds for i in kind.indices) == found.differ.tolist()
    assert list(map(len, found.kinds)) == sorted(map(len, found.kinds), reverse=True)
    for kind in found.kinds:
        assert kind.program != kind.network
        assert {*found.labels["network"][kind.indices]} == {kind.network}
        assert (np.diff(kind.margins) <= 0).all()
        assert kind.names == tuple(found.names[i] for i in kind.indices)
        assert kind.margin == np.median(kind.margins)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_batches_and_devices_change_nothing(model, size):
    expected = aann.label_agreement(model, first, data())
    machine = aann.Machine.of_devices(1)
    found = aann.label_agreement(model, first, data(), batch_size=size, machine=machine)
    assert {**found.to_dict(), "differ": 0, "median_margin": 0} == {
        **expected.to_dict(), "differ": 0, "median_margin": 0,
    }  # fmt: skip
    np.testing.assert_allclose(found.margins, expected.margins, atol=1e-5)


def test_the_order_of_examples_changes_nothing(model):
    order = np.random.default_rng(1).permutation(N)
    found = aann.label_agreement(model, first, data())
    turned = aann.label_agreement(model, first, data().take(order))
    assert turned.with_network.share == found.with_network.share
    assert {*turned.kinds[0].names} == {*found.kinds[0].names}


def test_programs_come_in_many_forms(model):
    expected = aann.label_agreement(model, first, data()).labels["program"]
    known = np.asarray(expected)
    for program, more in (
        (on_host, {"host": True}),
        (known, {}),
        (jnp.asarray(known), {}),
        (known.tolist(), {}),
        (lambda x: x[:, :3].argmax(-1).astype(jnp.uint8), {}),
        (aann.Model(lambda p, x: x[:, :3], {}, "identity", model.inputs), {}),
    ):
        found = aann.label_agreement(model, program, data(), batch_size=8, **more)
        np.testing.assert_array_equal(found.labels["program"], expected)
    assert found.program == "identity"
    named = aann.label_agreement(model, known, data(), name="ours")
    assert named.program == "ours"


def test_replacements_give_the_labels_of_the_spliced_model(model):
    def natural(hidden, c):
        """What they are."""
        return hidden @ jnp.asarray(model.params["out"])

    def inputs(x, c):
        """The first three."""
        return x[:, :3]

    own, other = (
        aann.make(f, model="net", site="logits", units=(0, 1, 2), reads=(read,))
        for f, read in ((natural, "hidden"), (inputs, "input"))
    )
    assert aann.label_agreement(model, own, data()).with_network.share.estimate == 1
    found = aann.label_agreement(model, [other], data())
    np.testing.assert_array_equal(found.labels["program"], first(data().load(range(N))))
    assert found.program == "inputs"


def test_without_true_labels_those_numbers_are_none(model):
    found = aann.label_agreement(model, first, data(labelled=False))
    assert found.with_truth is None
    assert found.network_with_truth is None
    assert [*found.labels] == ["program", "network"]
    assert len(found.rows) == 2


def test_a_program_that_is_the_network_agrees_wholly_with_an_interval(model):
    found = aann.label_agreement(model, model, data())
    assert found.with_network.share.estimate == 1
    assert 0.9 < found.with_network.share.low < 1
    assert found.kinds == ()
    assert "0 examples differ" in str(found)


def test_groups_are_resampled_together(model):
    groups = [i // 2 for i in range(N)]
    found = aann.label_agreement(model, first, data(groups=groups), draws=500, seed=3)
    again = aann.label_agreement(model, first, data(groups=groups), draws=500, seed=3)
    assert found.interval == "bootstrap over groups"
    assert found.with_network.share == again.with_network.share
    assert found.with_network.share.low < found.with_network.share.estimate
    with pytest.raises(ValueError, match="needs at least 10 groups, got 2"):
        aann.label_agreement(model, first, data(groups=[i // 22 for i in range(N)]))


def test_it_prints_as_a_table_and_is_strict_json(model):
    found = aann.label_agreement(model, first, data())
    told = str(found)
    assert "'first' as the program of the labels of 'net'; toy (all, n = 43)" in told
    assert f"{found.with_network.share.estimate:.2%}" in told
    assert f"{len(found.differ)} examples differ" in told
    plain = json.loads(found.to_json())
    assert plain["agreement"][0]["counts"] == found.with_network.counts.tolist()
    assert sum(kind["n"] for kind in plain["differ"]) == len(found.differ)
    with pytest.raises(ValueError, match="read-only"):
        found.labels["program"][0] = 1


def refused(program, match, model, kind=ValueError, examples=None, **more):
    with pytest.raises(kind, match=match):
        aann.label_agreement(model, program, data() if examples is None else examples, **more)


def test_bad_programs_are_refused(model):
    refused(lambda x: x[:, 0], r"must return integer labels \(batch,\), got float32: end", model,
            TypeError)  # fmt: skip
    refused(lambda x: x.argmax(), r"one an example, got shape \(\) for 43 examples", model)
    refused(lambda x: first(x) + 2, r"labels from 0 to 2, .* examples, 00000\d\d: [34]", model)
    refused(lambda x: x[:, 0] > jnp.median(x[:, 0]), "mixes examples, or gives other", model)
    refused(lambda x: 1 if x[0, 0] > 0 else 0, "cannot be traced by JAX", model, TypeError)
    refused(lambda x: on_host(x)[::-1], "mixes examples", model, host=True)
    refused(np.zeros(5, int), r"are \(43,\) integers, .* got int64 of shape \(5,\)", model)
    refused(np.zeros(N), r"are \(43,\) integers, .* got float64", model)
    refused("first", "a function of a batch of inputs, a replacement", model, TypeError)
    nan = aann.Model(lambda p, x: x[:, :3] / 0, {}, "nan", model.inputs)
    refused(nan, "-1 where logits are not finite", model)


def test_networks_without_labels_are_refused(model):
    wide = dataclasses.replace(model, apply=lambda p, x: apply(p, x)[:, None])
    refused(first, r"two classes or more, .* got shape \(43, 1, 3\): choose a position", wide)
    one = dataclasses.replace(model, apply=lambda p, x: apply(p, x)[:, :1])
    refused(first, r"got shape \(43, 1\)", one)
    nan = dataclasses.replace(model, apply=lambda p, x: jnp.log(apply(p, x)))
    refused(first, r"'net' gives NaN or infinite logits for \d+ of 43 examples: 0000", nan)
    mixing = dataclasses.replace(model, apply=lambda p, x: apply(p, x - x.mean(0)[None]))
    refused(first, "mixes the examples of a batch", mixing)


def test_labels_that_the_network_has_no_output_for_are_refused(model):
    x = data().load(range(N))
    refused(first, "out of range for 3 classes", model, examples=aann.from_arrays("a", x, [3] * N))
    twice = aann.from_arrays("a", x, np.zeros((N, 2), int))
    refused(first, r"one number, got labels of shape \(43, 2\)", model, examples=twice)
    refused(first, "confidence lies between 0 and 1", model, confidence=1.0)


@pytest.mark.usefixtures("optimised")
@pytest.mark.parametrize(("split", "agreement"), [("heldout", 0.9592), ("design", 0.9628)])
def test_the_published_program_of_mnist_agrees_as_often_as_was_measured(assets, split, agreement):
    import zoo
    from zoo.eis_vii_mnist import rule
    from zoo.mnist import pictures

    clue = pictures.part("train").pictures[rule.CLUE]

    def program(x):
        return rule.labels(np.rint(255 * x[..., 0]).astype(np.uint8), clue)

    examples = zoo.data("mnist", split=split, labels="rule")
    found = aann.label_agreement(zoo.load("eis_vii_mnist"), program, examples, host=True)
    assert found.with_network.share.estimate == pytest.approx(agreement, abs=2e-4)
    assert found.with_network.share.low > 0.95
    assert found.with_truth.share.estimate == 1
    kind = found.kinds[0]
    assert kind.margin < np.median(found.margins) / 2  # where they differ the network is unsure
