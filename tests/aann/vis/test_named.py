import numpy as np
import pytest

import aann
import zoo
from aann.vis import named

FILE = """
import jax
import jax.numpy as jnp
import numpy as np

import aann


def make_model():
    one = jax.ShapeDtypeStruct((4, 4, 1), jnp.float32)
    return aann.Model(lambda p, x: x * p, jnp.float32(1), "mine", one)


def make_examples():
    pictures = np.linspace(-1, 3, 48, dtype=np.float32).reshape(3, 4, 4, 1)
    return aann.from_arrays("mine", pictures)


def seven():
    return 7


def module():
    from flax import nnx
    return nnx.Linear(2, 3, rngs=nnx.Rngs(0))
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    return path


def test_functions_of_a_file_make_models_and_data(file):
    assert named.model(f"{file}:make_model").name == "mine"
    found = named.data(f"{file}:make_examples", (4, 4, 1))
    assert (found.name, len(found)) == ("mine", 3)
    assert named.low_high(found) == (-1.0, 3.0)


def test_names_are_the_zoos_and_data_its_design_half(monkeypatch):
    asked = []
    data = aann.from_arrays("mine", np.zeros((2, 4, 4, 1), np.float32))
    monkeypatch.setattr(zoo, "data", lambda *args, **more: asked.append((args, more)) or data)
    for name, shape in ((None, (28, 28, 1)), (None, (224, 224, 3)), ("imagenette", (9, 9, 3))):
        assert named.data(name, shape) is data
    half = {"split": "design"}
    assert asked == [
        (("mnist",), half), (("imagenet_samples",), half), (("imagenette",), half)
    ]  # fmt: skip
    assert named.data(None, (5, 5, 3)) is None
    assert named.low_high(None) == (0.0, 255.0)
    with pytest.raises(ValueError, match="no model is called 'inception'"):
        named.model("inception")


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("{file}:seven", "mine.py:seven returns an aann.Model, got int"),
        ("{file}:module", "Linear: make one of it with aann.adapters.nnx.model or"),
        ("mine.py", "'mine.py' names no function: pass mine.py:function"),
        (
            "{file}:none",
            "mine.py has no function 'none'; there are make_model, make_examples, seven",
        ),
        ("/no/such.py:make", "no file '/no/such.py': pass path.py:function"),
        ("{folder}/notes.txt:make", "notes.txt' is no Python file: pass path.py:function"),
    ],
)
def test_others_are_refused(name, match, file):
    (file.parent / "notes.txt").write_text("nothing")
    with pytest.raises((ValueError, OSError), match=match):
        named.model(name.format(file=file, folder=file.parent))


def test_data_that_are_none_or_without_a_range_are_refused(file):
    with pytest.raises(ValueError, match="mine.py:seven returns aann.Examples, got int"):
        named.data(f"{file}:seven", (4, 4, 1))
    flat = aann.from_arrays("flat", np.full((2, 4, 4, 1), 3, np.float32))
    with pytest.raises(ValueError, match="all pictures are 3 everywhere"):
        named.low_high(flat)


def test_without_a_zoo_files_are_left(monkeypatch):
    monkeypatch.setattr(named, "entry_points", lambda **what: ())
    with pytest.raises(ValueError, match="no zoo of models is installed: pass path.py:function"):
        named.model("inceptionv1")


def test_a_file_may_have_data_classes_and_the_name_of_a_module(tmp_path):
    text = "from __future__ import annotations\nimport dataclasses\n" + FILE
    path = tmp_path / "json.py"
    path.write_text(
        text + "\n\n@dataclasses.dataclass\nclass Mine:\n    a: dataclasses.InitVar[int]\n"
    )
    assert named.model(f"{path}:make_model").name == "mine"
