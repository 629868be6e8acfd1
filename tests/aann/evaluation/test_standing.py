import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats
from toy_replacement import UNITS, data
from toys import WIDTH, mlp_model

import aann
from aann.bench.workbench import workbench
from aann.evaluation.standing import check_shuffles, standing


def mixed(h, c):
    """Each unit is a rectified sum."""
    return jax.nn.relu(h @ c.w)


def made(w, name="ours"):
    return aann.make(
        mixed, model="toy", site="m", units=UNITS, reads=("h",), constants={"w": w}, name=name,
        exchangeable={"w": 1},
    )  # fmt: skip


TRUE = np.asarray(mlp_model().params["v"]).T[:, list(UNITS)]


@pytest.fixture(scope="module")
def heldout():
    return aann.split(data())[1]


def stand(ours, heldout, batch_size=16, **arguments):
    bench = workbench(mlp_model(), ours, batch_size)
    shuffled = aann.shuffles(ours, **arguments)
    check_shuffles(bench, [shuffled])
    return standing(bench, shuffled, heldout)


def test_draws_are_what_splicing_them_by_hand_gives(heldout):
    off = TRUE + 0.1 * np.random.default_rng(0).normal(size=TRUE.shape).astype(np.float32)
    ours, model = made(off), mlp_model()
    shuffled = aann.shuffles(ours, n=9)
    x = jnp.asarray(heldout.load(range(len(heldout))))

    def kl(program):
        log_p, log_q = (
            np.asarray(jax.nn.log_softmax(m.apply(m.params, x))).astype(np.float64)
            for m in (model, aann.splice(model, program))
        )
        return special.rel_entr(np.exp(log_p), np.exp(log_q)).sum(-1).mean()

    zero = kl(made(np.zeros_like(TRUE)))
    for found, drawn in zip(standing(workbench(model, ours, 16), shuffled, heldout), shuffled.drawn,
                            strict=True):  # fmt: skip
        theirs = []
        for w in drawn.wrong:
            weights = np.asarray(w.programs[0].constants["w"].value)
            theirs.append(made(weights if w.order[0] is None else weights[:, list(w.order[0])]))
        expected = [1 - kl(p) / zero for p in (ours, *theirs)]
        kl_found = found.metrics["kl"]
        np.testing.assert_allclose([kl_found.program, *kl_found.draws], expected, atol=1e-4)
        as_good = sum(x >= expected[0] for x in expected[1:])
        assert (kl_found.as_good, kl_found.p) == (as_good, (1 + as_good) / 6)
        assert found.enumerated


def test_outputs_and_columns_permuted_are_one_thing(heldout):
    units, constants = stand(made(TRUE), heldout)
    assert units.examples == units.of == len(heldout)
    np.testing.assert_allclose(
        sorted(units.metrics["nll"].draws), sorted(constants.metrics["nll"].draws), atol=1e-5
    )


def test_the_true_program_beats_all_and_its_p_is_the_least(heldout):
    for found in stand(made(TRUE), heldout):
        assert found.metrics["kl"].quantile == 1
        assert found.metrics["kl"].p == 1 / 6
        assert found.metrics["kl"].program == pytest.approx(1, abs=1e-5)


def test_neither_batches_nor_runs_matter_and_the_seed_picks_examples(heldout):
    rng = np.random.default_rng(1)
    ours = made(rng.normal(size=TRUE.shape).astype(np.float32))
    anew = dataclasses.replace(ours, exchangeable={"w": lambda r, x: r.normal(size=x.shape)})

    def draws(**more):
        found = stand(anew, heldout, kinds="constants", n=5, examples=20, **more)[0]
        assert found.examples == 20
        return found.metrics["kl"].draws

    one = draws()
    assert one == draws()
    np.testing.assert_allclose(one, draws(batch_size=7), atol=1e-5)
    assert one != draws(seed=1)


def test_programs_whose_units_are_alike_rank_uniformly(heldout):
    """Units are random functions, none of which belongs anywhere."""
    some = heldout.take(range(16))
    bench = workbench(mlp_model(), made(TRUE), 16)
    rng, p = np.random.default_rng(0), []
    for seed in range(120):
        ours = made(rng.normal(size=TRUE.shape).astype(np.float32))
        shuffled = aann.shuffles(ours, n=4, kinds="units", seed=seed)
        p.append(standing(bench, shuffled, some)[0].metrics["kl"].p)
    counts = np.bincount(np.round(5 * np.asarray(p)).astype(int), minlength=6)[1:]
    assert stats.chisquare(counts).pvalue > 0.01


def test_a_shuffle_that_says_the_same_is_as_good(heldout):
    ours = made(TRUE)
    found = stand(ours, heldout, draw=[made(TRUE.copy()), made(TRUE[:, ::-1].copy())])[0]
    assert found.metrics["kl"].as_good == 1
    assert found.metrics["kl"].draws[0] == found.metrics["kl"].program


def test_two_programs_are_shuffled_together_from_the_top(heldout):
    first = aann.make(
        lambda x, c: jnp.tanh(x @ c.w), model="toy", site="h", units=(0, 1), name="first",
        constants={"w": np.asarray(mlp_model().params["w"])[:, :2]},
    )  # fmt: skip
    found = stand([first, made(TRUE)], heldout)[0]
    assert found.program == "first + ours"
    assert found.n == 2 * 6 - 1
    assert found.metrics["kl"].quantile == 1


def test_evaluate_reports_them_beside_controls(heldout):
    ours = made(TRUE)
    wrong = made(np.ones((WIDTH, 3), np.float32), "ones")
    report = aann.evaluate(
        mlp_model(), ours, heldout, controls=[wrong, aann.shuffles(ours, examples=15)], draws=200,
        linear=False, progress=False,
    )  # fmt: skip
    assert report.rows[-1].name == "ones"
    assert [(s.kind, s.n, s.examples, s.of) for s in report.shuffles] == [
        ("units", 5, 15, 60), ("constants", 5, 15, 60)
    ]  # fmt: skip
    assert set(report.shuffles[0].metrics) == set(report.damage)


def test_programs_that_do_not_fit_or_are_not_finite_are_refused(heldout):
    ours = made(TRUE)
    elsewhere = dataclasses.replace(ours, units=(0, 1, 2))
    with pytest.raises(ValueError, match="cannot stand beside 'ours'"):
        stand(ours, heldout, draw=lambda rng, p: elsewhere, n=1)

    def endless(h, c):
        """Nothing."""
        return jnp.full((len(h), 3), jnp.inf) + c.w[:1]

    bad = dataclasses.replace(ours, program=endless)
    with pytest.raises(ValueError, match="shuffle 1 of ours gives inf at site 'm'"):
        stand(ours, heldout, draw=[bad])


def test_what_is_wrong_with_many_draws_alike_is_said_once(heldout, unchecked):
    with pytest.raises(ValueError, match="cannot stand beside") as caught:
        stand(made(TRUE), heldout, n=9, draw=lambda rng, p: dataclasses.replace(p, units=(0, 1, 2)))
    assert len(str(caught.value).splitlines()) == 1
