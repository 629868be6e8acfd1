import subprocess
import sys

import numpy as np
from PIL import Image

from zoo.train import curve


def inked(path):
    """Pixels of the picture that are not grey: those of curves and their keys."""
    pixels = np.asarray(Image.open(path).convert("RGB"), int)
    return int(((pixels.max(-1) - pixels.min(-1)) > 60).sum())


def test_every_loss_is_drawn_and_nothing_else(tmp_path):
    records = [{"step": n, "test_loss": 2.0**-n, "test_accuracy": 1.0} for n in range(10)]
    curve.save(tmp_path / "one.png", "title", records)
    two = [{**r, "loss": 3.0 ** -r["step"]} if r["step"] else r for r in records]
    curve.save(tmp_path / "two.png", "title", two)
    curve.save(tmp_path / "none.png", "title", [{"step": 0, "test_accuracy": 1.0, "test_loss": 0}])
    assert inked(tmp_path / "one.png") > 500
    assert inked(tmp_path / "two.png") > 1.5 * inked(tmp_path / "one.png")
    assert inked(tmp_path / "none.png") < 0.5 * inked(tmp_path / "one.png")


def test_scripts_load_matplotlib_only_to_draw():
    code = (
        "import zoo.train.modular_addition, zoo.train.max_of_k, zoo.train.induction, sys;"
        "print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
