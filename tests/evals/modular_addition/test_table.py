import jax
import modular_toy as toy
import numpy as np
import pytest

import aann
from aann.statistics.interval import Setting
from evals.modular_addition import case as modular_case
from evals.modular_addition import table as modular_table


def test_the_table_shows_that_programs_fail_on_a_network_that_memorised():
    population = toy.examples()
    design, heldout = aann.split(population)
    case = modular_case.fit("memorised", toy.memory(), design)
    program = case.circuit("network").main
    intact, row = modular_table.rows(
        "memorised",
        case.model,
        [program],
        population,
        heldout,
        Setting(draws=200),
        aann.Machine(),
    )
    assert row.exhaustive["kl"] < 0.5
    assert row.recovered["kl"].high < 0.5
    assert intact.loss["nll"] > np.log(toy.P)
    shown = modular_table.text([intact, row], ["a note"])
    assert "not identified" in shown  # nll: the network is worse than chance
    assert "a note" in shown


def test_leads_come_back_from_cross_entropies():
    lead = np.asarray([-40.0, -1.0, 0.0, 3.0, 25.0], np.float32)
    nll = np.asarray(jax.nn.softplus(-lead))
    mean, spread, least = modular_table.lead(nll)
    assert (mean, spread, least) == pytest.approx((lead.mean(), lead.std(), -40.0), rel=1e-4)
