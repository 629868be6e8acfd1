import modular_toy as toy

import aann
from evals.modular_addition import case as modular_case


def test_every_circuit_is_missing_or_there():
    design, _ = aann.split(toy.examples())
    case = modular_case.fit("memorised", toy.memory(), design)
    assert case.circuit("neurons") is None
    assert case.circuit("all neurons") is not None
    assert any("no frequency stands out" in note for note in case.notes)
    assert any("none has 85%" in note for note in case.notes)
