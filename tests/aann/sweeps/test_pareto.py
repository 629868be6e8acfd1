"""Choosing settings by bits and recovered on design examples, reporting them on held-out ones.

Serves ``pareto_data``, ``pareto_table``, ``residuals`` too.
"""

import dataclasses
import json

import numpy as np
import pytest
import toy_replacement as toy
from toys import mlp_model

import aann
from aann.bench.workbench import workbench
from aann.counting import complexity
from aann.vis.pareto import against_settings

DESIGN, HELDOUT = aann.split(toy.data())


def settings(gains=(0.6, 1.0, 1.375)):
    return aann.settings(toy.replacement(gain=1.0, offset=0.0625), gain=gains, digits=[1, 3])


@pytest.fixture(scope="module")
def chosen():
    return aann.pareto(mlp_model(), settings(), DESIGN, draws=500, batch_size=20)


@pytest.fixture(scope="module")
def reported(chosen):
    return chosen.report(HELDOUT)


def test_the_front_holds_what_no_shorter_setting_beats(chosen):
    bits = [p.bits for p in chosen.points]
    assert bits == sorted(bits)
    assert len(chosen.points) == len(settings()) == 6
    best = 0.0
    for point in chosen.points:
        assert point.on_front == (point.design.estimate > best)
        best = max(best, point.design.estimate)
    assert [r.name for r in chosen.chosen] == [p.name for p in chosen.points if p.on_front]
    assert 0 < len(chosen.chosen) < 6


def test_a_report_is_of_the_front_alone_and_agrees_with_evaluate(chosen, reported):
    main, *others = chosen.chosen
    whole = aann.evaluate(mlp_model(), main, HELDOUT, programs=others, draws=500, linear=False)
    for before, point in zip(chosen.points, reported.points):
        assert (before.heldout, before.design) == (None, point.design)
        if not point.on_front:
            assert point.heldout is None is point.step
            continue
        expected = whole.row(point.name).recovered["kl"]
        for end in ("estimate", "low", "high"):
            assert getattr(point.heldout, end) == pytest.approx(getattr(expected, end), abs=1e-4)
        mine, theirs = point.residual_bits, whole.row(point.name).residual_bits
        assert (mine.estimate, mine.low, mine.high) == pytest.approx(
            (theirs.estimate, theirs.low, theirs.high), rel=1e-4, abs=1e-4
        )
        assert point.bits == whole.row(point.name).bits
        assert point.constants == whole.row(point.name).constants
    assert reported.damage["heldout"].mean == pytest.approx(whole.damage["kl"].mean, rel=1e-4)
    assert reported.arrays["losses/heldout"].shape == (len(chosen.chosen) + 2, len(HELDOUT))
    assert reported.natural == whole.natural


def test_steps_are_paired_differences(reported):
    front = [p for p in reported.points if p.on_front]
    assert front[0].step == front[0].heldout
    losses = reported.arrays["losses/heldout"].astype(float).mean(1)
    ratio = 1 - (losses[1:-1] - losses[-1]) / (losses[0] - losses[-1])
    for i, point in enumerate(front[1:], start=1):
        assert point.step.estimate == pytest.approx(ratio[i] - ratio[i - 1], abs=1e-6)


def test_bits_are_those_of_one_program_at_a_time():
    bench = workbench(mlp_model(), toy.replacement(), 1)

    def tabled(h, c):
        return h[:, :3] * c.table[0] + c.count.astype(h.dtype)

    another = dataclasses.replace(
        toy.replacement(tabled, table=[0.5, 2.5, 3.5], count=4), name="another"
    )
    programs = [*settings(), another, another.with_constants("b", table=[1.0, 4.0, 0.333])]
    together = complexity.measure_settings(programs, bench.reads[0])
    for program, cost in zip(programs, together):
        alone = complexity.measure(program, bench.reads[0])
        assert (cost.constants, cost.bits) == (alone.constants, alone.bits)
    assert len({cost.bits for cost in together}) > 3


def test_source_is_compressed_once_a_program(monkeypatch):
    calls = []
    real = complexity.description
    monkeypatch.setattr(complexity, "description", lambda code: calls.append(1) or real(code))
    reads = workbench(mlp_model(), toy.replacement(), 1).reads[0]
    complexity.measure_settings(settings(np.linspace(0.1, 2, 50)), reads)
    assert len(calls) == 1


def test_halves_cannot_be_mixed_up(chosen, unchecked):
    for wrong in (HELDOUT, toy.data()):
        with pytest.raises(TypeError, match=r"chosen on design examples, got (HeldOut|Examples)"):
            aann.pareto(mlp_model(), settings(), wrong)
    with pytest.raises(TypeError, match="reports on held-out examples, got Design"):
        chosen.report(DESIGN)
    both = aann.held_out(toy.data())
    with pytest.raises(ValueError, match="60 examples are in the design half and held out at once"):
        chosen.report(both)


def test_what_is_wrong_with_the_programs_is_listed():
    twice = [toy.replacement(), toy.replacement()]
    few = DESIGN.take(range(9))
    with pytest.raises(ValueError, match="settings need names of their own") as error:
        aann.pareto(mlp_model(), twice, few)
    assert "has 9 design examples; an interval needs at least 10" in str(error.value)
    with pytest.raises(ValueError, match="nothing to choose from"):
        aann.pareto(mlp_model(), [], DESIGN)
    with pytest.raises(ValueError, match="no metric 'loss'"):
        aann.pareto(mlp_model(), settings(), DESIGN, metric="loss")
    elsewhere = dataclasses.replace(toy.replacement(), units=(0, 1, 2), name="elsewhere")
    with pytest.raises(ValueError, match="'elsewhere' .* cannot stand beside 'ours, gain 0.6"):
        aann.pareto(mlp_model(), [*settings(), elsewhere], DESIGN)


def test_programs_that_fail_are_named():
    def mixing(h, c):
        return (h[:, :3] - h.mean(0, keepdims=True)[:, :3]) * c.gain

    def huge(h, c):
        return h[:, :3] * c.gain * 3e38

    for program, match in ((mixing, "mixes examples"), (huge, "(?i)(nan|infinite)")):
        bad = toy.replacement(program, gain=1e3)
        with pytest.raises(ValueError, match=match):
            aann.pareto(mlp_model(), [bad], DESIGN, batch_size=20)


def test_nothing_is_chosen_where_nothing_is_damaged_or_recovered():
    model = mlp_model()
    idle = dataclasses.replace(
        model, apply=lambda p, x: aann.site("m", x) * 0 + x, name="toy"
    )  # fmt: skip
    reads = dataclasses.replace(toy.replacement(lambda x, c: x[:, :3] * c.gain), reads=("input",))
    with pytest.raises(ValueError, match="damage of zero-ablation by kl, .* not clearly above"):
        aann.pareto(idle, [reads], DESIGN, draws=200)
    wrong = aann.pareto(model, [toy.replacement().with_constants("far", gain=-9.0)], DESIGN,
                        draws=200)  # fmt: skip
    assert not wrong.chosen
    for use in (lambda: wrong.report(HELDOUT), lambda: against_settings(wrong)):
        with pytest.raises(ValueError, match="the front is empty"):
            use()
    assert "0 of 1 settings" in str(wrong)


def test_what_is_printed_and_saved(chosen, reported):
    assert "too good to be true there" in str(chosen)
    for text in (str(reported), reported.markdown()):
        for words in ("60, damage", "held-out [95%]", "chosen at", "ours, gain 1, 1 digit"):
            assert words in text
    plain = json.loads(reported.to_json(), parse_constant=pytest.fail)
    assert plain["data"]["heldout"]["hash"] == HELDOUT.hash
    assert plain["points"][0]["values"].keys() == {"gain", "offset"}
    assert not {"network", "programs", "examples", "arrays"} & plain.keys()


def test_the_figure_names_the_front(chosen, reported):
    for found in (chosen, reported):
        drawing = against_settings(found, title="a title")
        texts = {t.get_text() for axes in drawing.axes for t in axes.texts}
        front = {p.name for p in found.points if p.on_front}
        left = {p.name for p in found.points if (p.heldout or p.design).high == 1.0}
        assert front - left <= texts
        assert not {p.name for p in found.points if not p.on_front} & texts
        labels = [axes.get_xlabel() for axes in drawing.axes]
        assert any("two-part code" in label for label in labels) == (found is reported)
