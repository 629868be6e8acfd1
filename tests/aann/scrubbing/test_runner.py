"""``runner`` and ``kept``: a network on a plan, compared with the definition run by hand."""

import numpy as np
import pytest
from scrubs import N, apart, arrays, chain, drawn, examples, model, reference, signs

import aann
from aann.machine.machine import DEFAULT_MEMORY
from aann.scrubbing.bound import bind
from aann.scrubbing.runner import Runner

CLOSE = {"rtol": 2e-4, "atol": 2e-5}
WHERE = {
    "whole sites": (signs, {"a": "h", "b": "z", "c": "m"}),
    "one value": (signs, {"c": "m"}),
    "past a value": (signs, {"a": "h", "c": "m"}),
    "units": (
        signs,
        {"a": aann.Where("h", (0, 2)), "b": aann.Where("z", (1,)), "c": aann.Where("m", (5, 1, 3))},
    ),
    "positions": (
        signs,
        {"a": aann.Where("h", (1, 0), positions=(2, 0)), "b": aann.Where("z", positions=(1,))},
    ),
    "heads": (apart, {"a": aann.Where("z", (0,), axis=2), "b": aann.Where("z", (1,), axis=2)}),
    "several sites a value": (
        apart,
        {
            "a": [aann.Where("h", positions=(0,)), aann.Where("z", (1,), axis=-2)],
            "b": [aann.Where("m", (2, 4)), aann.Where("h", (3,), positions=(1, 2))],
        },
    ),
    "nested in several": (
        signs,
        {"a": "h", "b": [aann.Where("z", (0,), axis=2), aann.Where("m", (0, 1))]},
    ),
    "a chain": (chain, {"a": "h", "b": "z", "c": "m"}),
    "a chain of units": (chain, {"a": aann.Where("h", (0, 1)), "c": aann.Where("m", (0, 2))}),
}  # fmt: skip


RESTS = {name: ["resample", "keep", "zero"][i % 3 :][:1] for i, name in enumerate(WHERE)}
RESTS |= {name: ["resample", "keep", "zero"] for name in ("positions", "several sites a value")}
RESTS["whole sites"] = ["resample", "zero"]


@pytest.mark.parametrize(("where", "rest"), [(w, rest) for w in WHERE for rest in RESTS[w]])
def test_the_logits_are_those_of_the_definition(where, rest):
    program, claims = WHERE[where]
    hypothesis = aann.Hypothesis(program, claims, rest=rest)
    bound, data = bind(model(), hypothesis), examples()
    found = drawn(bound, data, scrubs=2)
    runner = Runner(bound, data, 8, DEFAULT_MEMORY)
    rows = np.array([0, 5, 9, 23, 24, 30, 40, 47])
    logits = np.asarray(runner.logits(found, rows))
    expected = [reference(hypothesis, arrays(), found, *divmod(r, N)) for r in rows]
    np.testing.assert_allclose(logits, expected, **CLOSE)
