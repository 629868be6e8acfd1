"""Results of the lab to draw, made without running anything."""

import numpy as np

from aann.report.estimate import Estimate
from aann.residuals.costed import Costs, PartCosts
from aann.residuals.mended import Gains, Mended
from aann.residuals.tried import Tried, TriedTerm
from aann.residuals.upstream_found import Upstream, UpstreamSite
from aann.statistics.interval import Setting

HOSTILE = "$x_{<script>%s\\frac"
NAMES = tuple(f"{i} {HOSTILE}" for i in range(12))
NONE = Estimate(None, None, None, identified=False)
WILD, CLEAR = Estimate(0.4, -30.0, 0.9), Estimate(0.4, 0.2, 9.0)


def costs(*places, units=3):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(12, *places, units)).astype(np.float32)
    part = PartCosts(
        HOSTILE, "m", tuple(range(units)), values, np.ones((12, max(int(np.prod(places)), 1)), bool)
    )
    flat = np.zeros(12, np.float32)
    return Costs("kl", 8, NAMES, "design", (part,), flat, flat + 1)


def gains(closed=WILD, units=2):
    shares = (0.01, 0.1, 1.0)
    rows = tuple(Mended(f"{s}", s, 3, closed, 0.5) for s in shares)
    alone = tuple(Mended(f"unit {u} of {HOSTILE}", None, 12, closed, 0.5) for u in range(units))
    flat = np.zeros(12, np.float32)
    return Gains(
        "kl", "nll", NAMES, "design", rows, rows, alone, np.zeros((units, 2), int), flat, flat + 1,
        np.zeros((6 + units, 12), np.float32), Setting(),
    )  # fmt: skip


def upstream(sites=3, r2=0.5):
    rng = np.random.default_rng(0)
    found = tuple(
        UpstreamSite(
            f"{k} {HOSTILE}", k == 1, "cell by cell", 4, 0.1, r2, np.full(2, r2), np.full(5, r2),
            tuple((u,) for u in range(4 if k < 2 else 0)),
            rng.random((4 if k < 2 else 0, 2)), rng.normal(size=(4 if k < 2 else 0, 2)) / 3,
        )
        for k in range(sites)
    )  # fmt: skip
    return Upstream(HOSTILE, "m", (0, 1), found, {"input": "no"}, np.array([0.25, 0.75]), 12, 5, 0)


def term(name, e=CLEAR):
    two = np.array([0.5, -0.5])
    return TriedTerm(
        name, ("input",), two, np.array([0.1, np.nan]), np.stack([two, two]), e, (e, NONE), two,
        (e, NONE), e, e, e, np.zeros(12, np.float32),
    )  # fmt: skip


def tried(*terms):
    flat, two = np.zeros(12, np.float32), np.array([0.5, -0.5])
    return Tried(
        HOSTILE, "m", (0, 1), "kl", True, np.zeros(2, bool), NAMES, terms, two,
        Estimate(0.4, 0.2, 0.6), flat, flat + 1, flat + 2, Setting(),
    )  # fmt: skip
