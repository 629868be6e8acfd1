import argparse

import report_files

import aann
from aann.report.refitted import Refitted
from evals.shared import refitted

FOUND = Refitted("ours", 7, {}, 4, 10, 10, {}, [], [])


def test_refits_are_asked_for(monkeypatch):
    report = report_files.report()
    asked = {}

    def refit(model, make, heldout, design, **more):
        asked.update(more, model=model)
        return FOUND

    monkeypatch.setattr(aann, "refit", refit)
    halves = aann.split(aann.from_arrays("set", report.arrays["losses/kl"].T))
    plain = argparse.Namespace(thorough=False, seed=4)
    assert refitted.added(report, "net", None, halves, plain) is report
    assert not asked
    thorough = argparse.Namespace(thorough=True, seed=4)
    assert refitted.added(report, "net", None, halves, thorough, draws=7).refit is FOUND
    assert (asked["model"], asked["seed"], asked["draws"]) == ("net", 4, 7)
