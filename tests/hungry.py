"""Fits and measures more than memory may hold, and prints what that takes beyond a batch at work.

    python tests/hungry.py BUDGET TIMES [FOLDER]        # bytes, and how many budgets of prefixes

Everything is compiled, and run on next to no data with nothing kept, before the memory is looked
at; then resident memory at its highest is compared with that.
"""

import contextlib
import dataclasses
import json
import pathlib
import sys

import aann
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation.fit import fit
from aann.evaluation.measure import measure
from benchmarks.memory import BATCH, DONORS, EXAMPLE, data, guess, model, peak


def run(bench, n, machine):
    here = dataclasses.replace(bench, machine=machine)
    design, heldout = aann.split(data(2 * n))
    fitted = fit(here, design)
    donors = Row("resample", "ablation", ablation.resample, fitted[0].donors)
    measure(here, [donors], heldout)


if __name__ == "__main__":
    budget, times = int(sys.argv[1]), float(sys.argv[2])
    cache = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    bench = workbench(model(), guess, BATCH)
    for _ in range(2):
        run(bench, 24 * BATCH, aann.Machine(memory=DONORS))
        before = peak()
        with contextlib.suppress(OSError):  # from here on: what compiling took does not count
            pathlib.Path("/proc/self/clear_refs").write_text("5")
    run(bench, int(budget * times / EXAMPLE), aann.Machine(memory=budget, cache=cache))
    print(json.dumps({"grown": peak() - before}))
