"""Also of ``cases``."""

import hand_made
import pytest

import zoo
from evals.residuals import __main__ as residuals
from evals.residuals import cases


@pytest.fixture
def toys(monkeypatch):
    """The zoo with hand-made networks in it."""
    models = {"induction": hand_made.induction, "max_of_k": hand_made.largest}
    data = {"induction": hand_made.repeats, "max_of_k": hand_made.numbers}
    monkeypatch.setattr(zoo, "load", lambda name, variant=None: models[name]())
    monkeypatch.setattr(zoo, "data", lambda name, n=None, **more: data[name](400))


def test_a_run_on_a_toy(toys, tmp_path, capsys):
    residuals.main(["max_of_k", "--limit", "60", "--quick", "--out", str(tmp_path)])
    said = capsys.readouterr()
    assert "residual lab of" in said.out
    assert "60 examples" in said.out
    assert "kinds of misses" in said.out
    assert (tmp_path / "residuals.html").is_file()
    assert "wrote residuals.html and" in said.err


def test_held_out_is_looked_at_when_asked_for_and_loudly(toys, tmp_path, capsys):
    with pytest.warns(UserWarning, match="HELD-OUT"):
        residuals.main(
            ["induction", "--program", "previous token", "--limit", "40", "--quick", "--heldout",
             "--out", str(tmp_path)]
        )  # fmt: skip
    assert "NOT DESIGN EXAMPLES" in capsys.readouterr().out


def test_a_program_that_is_not_there(toys, tmp_path, capsys):
    with pytest.raises(SystemExit):
        residuals.main(["max_of_k", "--limit", "60", "--program", "all", "--out", str(tmp_path)])
    assert "--program 'all' is none of: both, attention, copying" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["max_of_l"], "invalid choice: 'max_of_l'"),
        ([], "the following arguments are required: NAME"),
        (["max_of_k", "--quick", "--thorough"], "not allowed with argument"),
        (["max_of_k", "--limit", "0"], "--limit"),
    ],
)
def test_usage(given, match, capsys):
    with pytest.raises(SystemExit):
        residuals.main(given)
    assert match in capsys.readouterr().err


def test_every_case_is_of_an_evaluation():
    assert {"curve_detectors", "curves_from_3a", "modular_addition", "eis_vii_mnist"} <= {
        *cases.CASES
    }
