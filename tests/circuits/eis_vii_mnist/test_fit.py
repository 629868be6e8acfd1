"""``circuits.eis_vii_mnist.controls``: the fits recover a network that is the program."""

import challenge_toy as toy
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.eis_vii_mnist import controls, fit, groups


@pytest.fixture(scope="module")
def case():
    design, heldout = toy.halves()
    from circuits.eis_vii_mnist import evidence

    model = toy.model()
    seen = evidence.look(model, design, toy.clue())
    units = groups.by_similarity(seen.activations, seen.similarity)
    return model, design, heldout, seen, units


def recovered(case, main, **more):
    model, design, heldout, *_ = case
    report = aann.evaluate(
        model, main, heldout, design=design, rows=[], draws=200, linear=False, **more
    )
    return {row.name: row.recovered["kl"].estimate for row in report.rows}


def test_units_and_arms(case):
    seen, units = case[3:]
    one, inverse = fit.both(seen, units)
    np.testing.assert_allclose(one.constants["gain"].value, toy.GAIN[:3], rtol=0.03)
    np.testing.assert_allclose(inverse.constants["threshold"].value, toy.THRESHOLD[3:5], rtol=0.03)
    arms = fit.both(seen, units, one_arm=True)
    assert arms[1].constants["threshold"].value == pytest.approx(-14, rel=0.03)
    wrong = [controls.mirrored(one), controls.with_threshold(inverse, one)]
    found = recovered(case, [one, inverse], programs=[arms], controls=[wrong])
    assert found["like the 1 + like its inverse"] > 0.999
    assert found["like the 1, one arm + like its inverse, one arm"] > 0.99
    assert found["like the 1, template mirrored + like its inverse, other threshold"] < 0.9
    found = recovered(case, one, controls=[controls.crossed(one, inverse)])
    assert found["like the 1, on the other side"] < 0.1


def test_the_v_and_its_wrong_versions(case):
    seen = case[3]
    vee = fit.vee(seen)
    others = {'another "1"': np.roll(toy.clue(), 9, axis=1)}
    wrong = [
        controls.swapped(vee),
        controls.inverted(vee),
        controls.equal_entropy(seen),
        *controls.with_templates(seen, controls.wrong_templates(toy.clue(), others)),
    ]
    rule, host = fit.label(seen), fit.label(seen, host=True)
    found = recovered(case, vee, programs=[rule, host], controls=wrong)
    assert found["V of the clue"] > 0.99
    assert found["published rule"] == pytest.approx(found["published rule, NumPy"], abs=1e-3)
    assert found["V of the clue, thresholds swapped"] < 0
    assert found["V of the clue, template inverted"] < 0
    for name in ("the clue turned by 90 degrees", "the clue moved by 3 px", 'another "1"'):
        assert found[f"V of {name}"] < 0.95
    assert found["V of the clue, pixels in random order"] < 0.95
    assert {c.origin for c in vee.constants.values()} == {"source", "fitted"}


def test_shuffles_have_the_templates_ink_in_other_places(case):
    vee = fit.vee(case[3])
    drawn = aann.shuffles(vee, n=5).drawn[0]
    templates = [np.asarray(w.programs[0].constants["template"].value) for w in drawn.wrong]
    assert len({t.tobytes() for t in templates}) == 5
    assert all((np.sort(t.ravel()) == np.sort(case[3].clue.ravel())).all() for t in templates)
    one, _ = fit.both(case[3], case[4])
    assert [d.kind for d in aann.shuffles(one, n=5).drawn] == ["units", "constants"]


def test_the_height_of_the_rule_is_the_best(case):
    seen = case[3]
    rule = fit.label(seen)
    height = np.asarray(rule.constants["height"].value)
    assert height[0] < 0 < height[1]
    best = recovered(case, rule)["published rule"]
    louder = rule.with_constants(name="louder", height=3 * height)
    assert recovered(case, rule, programs=[louder])["louder"] < best


def test_the_published_network(assets, optimised):
    import zoo
    from circuits.eis_vii_mnist import evidence, refined
    from circuits.eis_vii_mnist.descend import divergence
    from zoo.mnist import pictures

    model = zoo.load("eis_vii_mnist")
    clue = (pictures.part("train").pictures[6] / 255).astype(np.float32)
    seen = evidence.look(model, zoo.data("mnist", split="design"), clue)
    shown = evidence.observe(model, zoo.data("mnist", split="heldout"), clue)
    vee = fit.vee(seen)
    np.testing.assert_allclose(vee.constants["gain"].value, [-1.25, 1.75], rtol=0.02)
    np.testing.assert_allclose(vee.constants["threshold"].value, [-17.26, -7.82], rtol=0.01)
    least = np.asarray(divergence(shown.difference, np.full(len(shown.images), seen.bias, "f4")))
    assert least.mean() == pytest.approx(0.553, abs=0.002)
    for program, recovered, agreement in (
        (vee, 0.954, 0.9595),
        (refined.clue_and_waves(seen), 0.966, 0.966),
    ):
        found = np.asarray(program.compute(jnp.asarray(shown.images)))[:, 0] * np.float32(2**0.5)
        left = np.asarray(divergence(shown.difference, found)).mean()
        assert 1 - left / least.mean() == pytest.approx(recovered, abs=0.003)
        assert ((found > 0) == (shown.difference > 0)).mean() == pytest.approx(agreement, abs=0.002)
