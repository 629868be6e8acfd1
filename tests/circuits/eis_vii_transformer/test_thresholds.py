"""Fits of ``circuits.eis_vii_transformer.evidence``, ``circuits.eis_vii_transformer.fit`` and
``circuits.eis_vii_transformer.thresholds``, and the wrong versions of
``circuits.eis_vii_transformer.controls``.
"""

import hand_made
import jax.numpy as jnp
import numpy as np
import pairs_toy
import pytest

import aann
import zoo
from circuits.eis_vii_transformer import controls, fit, thresholds
from circuits.eis_vii_transformer.evidence import look, look_ups
from circuits.eis_vii_transformer.program import all_above

OPTIONS = {"linear": False, "draws": 200}


@pytest.fixture(scope="module")
def case(optimised_module):
    model = pairs_toy.network()
    design, heldout = aann.split(pairs_toy.pairs(every=6))
    return model, design, heldout, look(model, design)


@pytest.fixture(scope="module")
def planes(case):
    return thresholds.read(case[-1], directions=2)


def test_the_hand_made_network_is_right():
    logits = np.asarray(pairs_toy.network()(jnp.asarray(pairs_toy.TOKENS)))
    lead = logits[:, 1] - logits[:, 0]
    np.testing.assert_allclose(lead, pairs_toy.GAIN * pairs_toy.sums().min(0), atol=1e-3)
    share = pairs_toy.pairs().labels.mean()
    assert 0.2 < share < 0.6


def test_look_ups_are_what_each_token_adds(case):
    seen = case[-1]
    found = look_ups(seen, 2)
    assert found.share.sum() == pytest.approx(1, abs=1e-6)
    tokens = seen.tokens
    made = (found.first[:, tokens[:, 0]] + found.second[:, tokens[:, 1]]).T @ found.directions
    np.testing.assert_allclose(made + found.centre, seen.middle, atol=1e-4)
    # In units of the standard deviation, and apart from each other.
    along = found.first[:, tokens[:, 0]] + found.second[:, tokens[:, 1]]
    np.testing.assert_allclose(along @ along.T / len(tokens), np.eye(2), atol=1e-5)


def test_a_number_that_no_pair_has_contributes_nothing(case):
    model, design = case[:2]
    few = design.take([i for i, name in enumerate(design.names) if not name.startswith("007")][:99])
    assert (look_ups(look(model, few), 2).first[:, 7] == 0).all()


def test_directions_that_are_not_there_are_left_out(case):
    assert len(look_ups(case[-1], 9).share) == 2
    assert fit.residual(case[-1], 9).name == "look-ups in 2 directions"


def test_attention_and_look_ups_recover_the_network(case, monkeypatch):
    monkeypatch.setattr(fit, "EXAMPLES", 128)
    model, design, heldout, seen = case
    mean = fit.mean_attention(seen)
    np.testing.assert_allclose(mean.constants["first"].value, [1, 0], atol=1e-3)
    best = fit.best_attention(seen, design, mean)
    wrong = [controls.swapped(mean), controls.evenly(mean)]
    report = aann.evaluate(
        model, mean, heldout, design=design, programs=[best], controls=wrong, **OPTIONS
    )
    assert report.row("mean attention").recovered["kl"].estimate > 0.999
    assert report.row("best fixed attention").recovered["kl"].estimate > 0.999
    for control in wrong:
        assert report.row(control.name).recovered["kl"].estimate < 0.5
    sums = fit.residual(seen, 2)
    assert sums.name == "look-ups in 2 directions"
    wrong = [controls.shuffled(sums), controls.exchanged(sums)]
    report = aann.evaluate(
        model, sums, heldout, design=design, programs=[fit.residual(seen, 1)],
        controls=[*wrong, aann.shuffles(sums, n=19, kinds="constants")], **OPTIONS,
    )  # fmt: skip
    assert report.shuffles[0].metrics["kl"].p == 1 / 20
    assert report.row(sums.name).recovered["kl"].estimate > 0.99
    for name in ("look-ups in 1 direction", *(c.name for c in wrong)):
        assert report.row(name).recovered["kl"].estimate < 0.5


def test_the_planes_of_an_and_are_found(case, planes):
    model, design, heldout, seen = case
    tables = planes.tables
    read = thresholds.replacement(seen, tables, "read")
    inside = thresholds.reading(seen, planes, "reading")
    either = thresholds.read(seen, directions=2, form="any").tables
    others = [
        thresholds.replacement(seen, either, "or", thresholds.FORMS["any"]),
        thresholds.replacement(seen, thresholds.read(seen, 1, directions=2).tables, "one"),
        controls.alone(read, 0), controls.alone(read, 1), controls.shuffled(read),
        controls.exchanged(read),
    ]  # fmt: skip
    report = aann.evaluate(model, read, heldout, design=design, controls=others, **OPTIONS)
    assert report.row("read").recovered["kl"].estimate > 0.97
    found = aann.label_agreement(model, inside, heldout, progress=False)
    assert found.with_network.share.estimate > 0.98
    for control in others:
        assert report.row(control.name).recovered["kl"].estimate < 0.85
    assert report.row("read").constants == 4 * pairs_toy.P
    # The tables are those of the network, each on a scale of its own, in either order.
    by = [[np.corrcoef(x, y)[0, 1] for y in pairs_toy.FIRST] for x in tables.first]
    assert sorted(np.argmax(by, axis=1)) == [0, 1]
    assert np.max(by, axis=1).min() > 0.97


def test_freed_tables_come_nearer_and_a_pull_holds_them(case, planes):
    seen = case[-1]
    tables, hot = planes.tables, np.eye(pairs_toy.P)

    def left(found):
        made = all_above(jnp.asarray(seen.tokens), aann.Constants(_float32(found)))
        lead = np.asarray(made[:, 1] - made[:, 0])
        return float(thresholds.divergence(seen.lead, lead).mean())

    free = thresholds.freed(seen, tables)
    assert left(free) < left(tables)
    held = thresholds.smoothed(seen, tables, hot, hot, pull=1e3)
    assert max(np.abs(x - y).max() for x, y in zip(held, tables)) < 0.1


def _float32(tables):
    return {n: jnp.asarray(x, jnp.float32) for n, x in tables._asdict().items()}


def test_divergence_is_that_of_two_classes():
    p, q = 0.3, 0.8
    expected = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    natural, artificial = (np.float32([np.log(x / (1 - x))]) for x in (p, q))
    assert float(thresholds.divergence(natural, artificial)[0]) == pytest.approx(expected, rel=1e-4)
    assert float(thresholds.divergence(natural, natural)[0]) == 0


def test_other_networks_and_held_out_pairs_are_refused(case):
    with pytest.raises(TypeError, match="fitted on design examples only, got HeldOut"):
        look(case[0], case[2])
    config = hand_made.largest()
    design, _ = aann.split(hand_made.numbers())
    with pytest.raises(ValueError, match=r"no site 'blocks\.0\.resid_mid'"):
        look(config, design)


def test_other_classes_are_refused(case, monkeypatch):
    seen = case[-1]
    three = np.zeros((9, 3), np.float32)
    monkeypatch.setattr(
        "circuits.eis_vii_transformer.evidence.observe",
        lambda *_: (seen.tokens[:9], {"logits": three}),
    )
    with pytest.raises(ValueError, match=r"pairs of two classes, logits \(batch, 2\), but 'toy'"):
        look(case[0], case[1])


def test_the_shipped_network_is_an_and_of_planes_and_not_an_or(assets, optimised):
    """On design pairs; mean attention keeps 98.7% of the labels, as the published analysis says."""
    model = zoo.load("eis_vii_transformer")
    design = zoo.data("eis_vii_transformer", split="design")
    seen = look(model, design)
    assert look_ups(seen, 4).share.sum() == pytest.approx(0.998, abs=0.002)
    found = aann.label_agreement(model, fit.mean_attention(seen), design, progress=False)
    assert found.with_network.share.estimate == pytest.approx(0.987, abs=0.005)
    shares = {
        form: aann.label_agreement(
            model,
            thresholds.replacement(
                seen, thresholds.read(seen, form=form).tables, form, thresholds.FORMS[form]
            ),
            design, progress=False,
        ).with_network.share.estimate
        for form in thresholds.FORMS
    }  # fmt: skip
    assert shares["all"] == pytest.approx(0.957, abs=0.01)
    assert shares["any"] < 0.87
