"""Programs really are as far from the planted one as they say."""

import itertools

import numpy as np
import pytest

from benchmarks.planted import networks, programs


@pytest.fixture(scope="module", params=[networks.edges, networks.addition, networks.attention])
def planned(request):
    net = request.param(0)
    design, _ = net.examples(800, 0)
    return net, design, programs.plan(net, design, 0)


def off(net, design, program):
    """Mean squared difference from the truth on examples that no table has, by unit spread."""
    inputs = net.inputs(np.random.default_rng(9), 200)
    true, made = (np.asarray(f(inputs)) for f in (lambda x: net.truth(x, net.constants), program))
    return float((np.square(made - true)).mean() / true.var())


def test_chains_begin_with_the_exact_program_and_name_all(planned):
    _, _, plan = planned
    names = {r.name for r in plan.others}
    assert len(names) == len(plan.others)
    assert {n for chain in plan.chains.values() for n in chain} == {*names, programs.EXACT}
    assert all(chain[0] == programs.EXACT for chain in plan.chains.values())


def test_what_is_further_in_a_chain_is_further_from_the_truth(planned):
    net, design, plan = planned
    by_name = {r.name: r for r in (plan.exact, *plan.others)}
    for kind, chain in plan.chains.items():
        if kind == "table of examples":
            continue  # of sequences no example is like another
        found = [off(net, design, by_name[name].compute) for name in chain]
        assert found[0] < 1e-8
        for near, far in itertools.pairwise(found):
            assert near < far, (kind, chain, found)


def test_noise_is_a_function_of_the_input_and_says_how_loud_it_is(planned):
    net, design, plan = planned
    (program,) = (r for r in plan.others if r.name == "noise 1")
    inputs = net.inputs(np.random.default_rng(5), 600)
    noise = np.asarray(program.compute(inputs)) - np.asarray(net.truth(inputs, net.constants))
    np.testing.assert_allclose(program.compute(inputs[:3]), program.compute(inputs)[:3], atol=1e-3)
    spread = np.asarray(net.truth(design.load(range(len(design))), net.constants)).std(0)
    varied = spread > 1e-3
    ratio = noise.std(0)[varied] / spread[varied]
    assert 0.8 < ratio.min() <= ratio.max() < 1.25


def test_tables_know_their_own_examples(planned):
    net, design, plan = planned
    (program,) = (r for r in plan.others if r.name == "table of 256")
    inputs = design.load(range(100))
    np.testing.assert_allclose(
        program.compute(inputs), net.truth(inputs, net.constants), rtol=1e-4, atol=1e-4
    )
