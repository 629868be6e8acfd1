"""How often a program gives the label that the network gives, and the true one.

    found = aann.label_agreement(model, program, heldout)
    print(found)                      # shares with intervals, and where they differ
    found.with_network.counts         # confusion: rows are the program's labels

Sharp edges: at a boundary of the network rounding decides, so that a label or two may differ
between batch sizes and devices; a program that was tuned on these examples agrees more often than
on others.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.data.batches import size_for
from aann.data.examples import Examples
from aann.data.provenance import described, versions
from aann.evaluation.agreement import check_same
from aann.labelling.checks import check_apart, check_network, check_range, check_values
from aann.labelling.found import Agreement, LabelAgreement
from aann.labelling.labeller import labeller
from aann.labelling.observed import check_finite, network, observed
from aann.labelling.share import agreement
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.statistics.interval import Setting


@ends_together
def label_agreement(
    model: Model,
    program: Any | Replacement | Sequence[Replacement] | Model,
    examples: Examples,
    *,
    host: bool = False,
    name: str = "",
    confidence: float = 0.95,
    seed: int = 0,
    draws: int = 10_000,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> LabelAgreement:
    """How often a program gives a network's labels and the true ones, and where not.

    Args:
        model: the network; its outputs are logits (batch, classes). Its label is the largest.
        program: a function of a batch of inputs that returns (batch,) integers; a replacement, or
            several, whose spliced model gives labels; another model; what ``aann.fit_thresholds``
            returns; or (n,) integers, one label an example.
        examples: to compare on; their labels are the truth, if they have any.
        host: whether a function is written in NumPy or plain Python.
        name: of the program; by default its own.
        confidence: of the intervals: Wilson's, or where examples have groups those of a bootstrap
            over groups.
        seed: of that bootstrap.
        draws: of that bootstrap.
        batch_size: by default by the size of an example.
        progress: show a bar on stderr where that is a terminal.
        machine: devices, processes and precision to use.

    Raises:
        TypeError: no program, or one that cannot be traced or returns no integers.
        ValueError: outputs that are no logits, or not finite; labels out of range or of another
            number; a model or a program that mixes examples; too few groups for an interval.
        ProcessError: another process stopped.
    """
    machine = machine or Machine()
    setting = Setting(draws=draws, seed=seed, confidence=confidence, groups=examples.groups)
    size = size_for(len(examples), model, batch_size, machine)
    check_same(machine, {
        "data": described(examples), "weights": model.fingerprint(), "batch size": size,
    })  # fmt: skip
    classes = check_network(model, examples, size)
    ours = labeller(program, model, len(examples), host=host, name=name, machine=machine)
    check_apart(ours, examples, model, size, machine)
    what, look = f"program {ours.name!r}", network(model, machine)
    seen = observed(
        examples, model,
        lambda batch: {**look(batch), "program": check_values(ours.run(batch), batch, what)},
        size, machine, "labels" if progress else "",
    )  # fmt: skip
    check_finite(seen["margin"], examples, model.name)
    check_range(seen["program"], classes, examples, what)
    told, theirs, truth = seen["program"].astype(np.int32), seen["labels"], examples.labels
    most = int(np.bincount(theirs, minlength=classes).argmax())

    def pair(first: str, a: np.ndarray, second: str, b: np.ndarray | None) -> Agreement | None:
        return None if b is None else agreement(first, a, second, b, classes, setting)

    with_network = agreement("program", told, "network", theirs, classes, setting)
    return LabelAgreement(
        program=ours.name,
        model=model.name,
        weights=model.fingerprint(),
        data=described(examples),
        classes=classes,
        confidence=confidence,
        interval="Wilson" if examples.groups is None else "bootstrap over groups",
        with_network=with_network,
        majority=agreement(
            f"always {most}", np.full_like(theirs, most), "network", theirs, classes, setting
        ),
        with_truth=pair("program", told, "truth", truth),
        network_with_truth=pair("network", theirs, "truth", truth),
        names=examples.names,
        labels={
            "program": told,
            "network": theirs,
            **({} if truth is None else {"truth": truth.astype(np.int32)}),
        },
        margins=seen["margin"],
        versions=versions(),
    )
