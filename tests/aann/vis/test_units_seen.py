"""Of ``units_seen`` and of ``__main__``, its command."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

import aann
from aann.vis import __main__ as command
from aann.vis.units_seen import units_seen

QUICK = {"steps": 2, "n": 3, "several": 2, "progress": False}


def toy(side=12):
    def network(p, x):
        edges = jnp.abs(x[:, :, 1:] - x[:, :, :-1])[..., :1]
        return aann.site("h", jnp.concatenate([x[:, :, 1:, :1] * p, edges], -1)).mean((1, 2))

    one = jax.ShapeDtypeStruct((side, side, 3), jnp.float32)
    return aann.Model(network, jnp.float32(1), "toy", one)


def pictures(n=6, side=12):
    values = np.random.default_rng(0).uniform(0, 255, (n, side, side, 3)).astype(np.float32)
    return aann.design(aann.from_arrays("noise", values))


def test_a_page_with_examples_and_a_note_for_what_is_too_small(tmp_path):
    found = units_seen(toy(), "h", (0, 1), pictures(), **QUICK)
    assert list(found.figures) == ["What they answer to most", "What makes them fire in data"]
    assert list(found.figures["What makes them fire in data"]) == [
        "histogram", "examples_0", "examples_1"
    ]  # fmt: skip
    (drawing,) = found.figures["What they answer to most"].values()
    drawn = [axes for axes in drawing.axes if axes.images]
    assert len(drawn) == 2 * (1 + 2)
    assert [axes.get_title().split("\n")[0] for axes in drawn[:2]] == ["0", "1"]
    assert found.notes == (
        "There is no tuning to curves on this page: pictures of 12 x 12 are too small for them.",
    )
    files = found.save(tmp_path / "new", "units")
    assert [f.name for f in files] == [
        "units.html", "units_features.jpg", "units_histogram.png", "units_examples_0.jpg",
        "units_examples_1.jpg",
    ]  # fmt: skip
    page = files[0].read_text()
    assert "too small for them" in page
    assert page.count("<figcaption>") == 4
    assert "noise" in page
    for file in files[1:]:
        with Image.open(file) as image:
            assert min(image.size) > 50


def test_without_data_there_are_no_examples():
    found = units_seen(toy(), "h", (1,), **{**QUICK, "several": 0})
    assert list(found.figures) == ["What they answer to most"]
    assert "no examples of data on this page: none were given" in found.notes[0]


def test_large_pictures_have_tuning_with_the_program_beside():
    program = aann.Replacement(lambda x, c: x[:, :, 1:, :1] * 0.5, "toy", "h", (0,), name="half")
    found = units_seen(toy(64), "h", (0,), program=program, **{**QUICK, "several": 0})
    (drawing,) = found.figures["Curves of every direction"].values()
    labels = [t.get_text() for legend in drawing.legends for t in legend.get_texts()]
    assert any("artificial" in label or "program" in label for label in labels)


FILE = """
import jax
import jax.numpy as jnp
import numpy as np

import aann


def make_model():
    def network(p, x):
        return aann.site("h", x * p).mean((1, 2))

    one = jax.ShapeDtypeStruct((8, 8, 1), jnp.float32)
    return aann.Model(network, jnp.float32(1), "mine", one)


def make_examples():
    values = np.random.default_rng(0).uniform(-1, 1, (5, 8, 8, 1)).astype(np.float32)
    return aann.from_arrays("mine", values)
"""


def test_the_command_draws_a_page_of_a_model_in_a_file(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(FILE)
    words = ["--site", "h", "--units", "0", "--steps", "2", "--several", "0", "--examples", "3"]
    file, out = f"{tmp_path / 'mine.py'}", tmp_path / "out"
    named = ["--model", f"{file}:make_model", "--data", f"{file}:make_examples"]
    command.main([*named, *words, "--out", str(out)])
    said = capsys.readouterr().out
    assert said == f"wrote {out / 'units.html'} and 3 figures beside it\n"
    assert "mine, all, n = 3" in (out / "units.html").read_text()


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--units", "0,0"], "expected different units, got '0,0'"),
        (["--units", "x"], "expected a non-negative integer, got 'x'"),
        (["--units", "0", "--steps", "0"], "expected an integer of at least 1, got '0'"),
        (["--units", "0", "--low-high", "1"], "expected two numbers, such as 0,1, got '1'"),
    ],
)
def test_wrong_words_are_usage_errors(words, match, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(["--model", "inceptionv1", "--site", "mixed3b", *words])
    assert stop.value.code == 2
    assert match in capsys.readouterr().err


def test_what_is_not_there_ends_with_its_message(tmp_path):
    (tmp_path / "mine.py").write_text(FILE)
    name = f"{tmp_path / 'mine.py'}:make_model"
    with pytest.raises(SystemExit, match="python -m aann.vis: site 'h' has units 0 to 0, got 4"):
        command.main(["--model", name, "--site", "h", "--units", "4", "--steps", "1"])


def test_the_command_says_where_it_cannot_write_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("aann.vis.named.model", lambda _: pytest.fail("worked"))
    (tmp_path / "file").touch()
    words = ["--model", "any", "--site", "h", "--units", "0", "--out", str(tmp_path / "file" / "x")]
    with pytest.raises(SystemExit, match=r"cannot write to .*: Not a directory; pass --out"):
        command.main(words)
