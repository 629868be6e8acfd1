from pathlib import Path

import numpy as np
import pytest

from zoo import options_of


def takes(path: str | Path, n: int = 3, split: str | None = None) -> None: ...


def test_options_of_the_right_types_pass():
    options_of.check("takes", takes, {"path": Path("x"), "n": np.int64(2), "split": None})


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(TypeError) as error:
        options_of.check("takes", takes, {"n": True, "splits": "design"})
    assert str(error.value) == (
        "takes takes the options path, n=3, split=None:\n"
        "  splits='design': no such option\n"
        "  n=True: expected int, got bool\n"
        "  path is missing"
    )
