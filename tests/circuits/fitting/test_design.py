import numpy as np
import pytest

import aann
from circuits.fitting import design


def test_only_a_design_half_passes():
    examples = aann.from_arrays("toy", np.zeros((40, 1), np.float32))
    half, heldout = aann.split(examples)
    design.check(half)
    for wrong, name in ((heldout, "HeldOut"), (examples, "Examples"), (None, "NoneType")):
        with pytest.raises(TypeError, match=f"fitted on design pairs only, got {name}: aann.split"):
            design.check(wrong, "pairs")
