"""What hides our packages is told, and nothing else is.

Most tests run a copy of ``aann.shadowed`` in a package that holds nothing else: no JAX, no waiting.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from aann import shadowed

EDITABLE = """
import sys
from importlib.util import spec_from_file_location
class Finder:
    def find_spec(name, path=None, target=None):
        if name in ("aann", "zoo", "circuits", "evals"):
            return spec_from_file_location(name, f"{home}/{name}/__init__.py")
sys.meta_path.append(Finder)
"""
"""Finds packages after all of sys.path, as an editable install does."""


@pytest.fixture
def home(tmp_path):
    """A folder with the four packages, of which ``aann`` does nothing but look."""
    files = {
        "aann/__init__.py": "from aann import shadowed\nshadowed.check()\n",
        "aann/__main__.py": "print('listed')",
        "zoo/__init__.py": "import aann",
        "zoo/train.py": "print('trained')",
        "circuits/__init__.py": "",
        "circuits/fit.py": "import aann\nprint('fitted')",
        "evals/__init__.py": "",
        "evals/power.py": "import aann\nprint('measured')",
    }
    write(tmp_path / "home", files)
    shutil.copy(shadowed.__file__, tmp_path / "home" / "aann" / "shadowed.py")
    return tmp_path / "home"


@pytest.fixture
def mine(tmp_path):
    """The folder that the user works in."""
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def python(folder, home, *words, code=0, bare=True):
    """What a Python that knows ``home``, and by default nothing installed, says."""
    run = subprocess.run(
        [sys.executable, *(["-S"] if bare else []), *words], cwd=folder, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(home)}, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == code, run.stderr
    return run.stdout.strip(), run.stderr.strip()


def told(name, place):
    return f"aann's package {name!r} is hidden by {place}, which Python finds first: rename that"


@pytest.mark.parametrize(
    ("name", "file", "place"),
    [
        ("zoo", "zoo.py", "zoo.py"),
        ("circuits", "circuits.py", "circuits.py"),
        ("zoo", "zoo/__init__.py", "zoo"),
    ],
)
def test_a_file_or_folder_in_front_is_told_to_who_imports_aann(home, mine, name, file, place):
    write(mine, {file: "raise RuntimeError('nothing of the user is run')"})
    out, err = python(mine, home, "-c", "import aann; print('goes on')")
    assert out == "goes on"
    assert err.startswith(f"<string>:1: UserWarning: {told(name, mine / place)}")
    assert err.count("hidden") == 1


def test_it_is_no_error_where_warnings_are(home, mine):
    write(mine, {"zoo.py": ""})
    out, err = python(mine, home, "-W", "error", "-c", "import aann; print('goes on')")
    assert out == "goes on"
    assert err.startswith(f"warning: {told('zoo', mine / 'zoo.py')}")


def test_evaluations_of_the_users_own_are_none_of_our_business(home, mine):
    write(mine, {"evals/__init__.py": "", "evals/own.py": "import aann\nprint(1)"})
    quiet(mine, home, "-c", "import aann")
    quiet(mine, home, "-m", "evals.own")


def test_all_that_is_hidden_is_told_also_by_the_command_line_of_aann(home, mine):
    write(mine, {"zoo.py": "", "evals.py": ""})
    out, err = python(mine, home, "-m", "aann")
    assert out == "listed"
    assert told("zoo", mine / "zoo.py") in err
    assert told("evals", mine / "evals.py") in err


def test_a_folder_without_init_hides_what_an_editable_install_finds_last(home, mine):
    (mine / "zoo").mkdir()
    code = f"home = {str(home)!r}{EDITABLE}import aann"
    assert told("zoo", mine / "zoo") in python(mine, "", "-c", code)[1]


@pytest.mark.parametrize("module", ["evals.power", "circuits.fit"])
def test_a_command_that_needs_what_is_hidden_ends_with_a_message(home, mine, module):
    write(mine, {"zoo.py": ""})
    out, err = python(mine, home, "-m", module, code=1)
    assert out == ""
    assert err.startswith(f"error: {told('zoo', mine / 'zoo.py')}")
    assert "Traceback" not in err
    assert err.count("hidden") == 1


@pytest.mark.parametrize(("module", "said"), [("circuits.fit", "fitted"), ("zoo.train", "trained")])
def test_a_command_that_does_not_need_it_runs(home, mine, module, said):
    write(mine, {"evals.py": ""})
    out, err = python(mine, home, "-m", module)
    assert out == said
    assert told("evals", mine / "evals.py") in err


def test_the_users_own_package_of_that_name_runs(home, mine):
    write(mine, {"evals/__init__.py": "", "evals/own.py": "import aann\nprint(1)", "zoo.py": ""})
    out, err = python(mine, home, "-m", "evals.own")
    assert out == "1"
    assert told("zoo", mine / "zoo.py") in err


def quiet(folder, home, *words):
    """Nothing is told, whatever is said on stdout."""
    assert python(folder, home, "-W", "error", *words)[1] == ""


IMPORT = ("-c", "import aann, zoo, circuits, evals")


def test_nothing_is_told_where_nothing_is_hidden(home, mine):
    quiet(mine, home, *IMPORT)
    quiet(home, home, *IMPORT)
    quiet(home, "", *IMPORT)
    quiet(mine, home, "-m", "evals.power")
    quiet(mine, "", "-c", f"home = {str(home)!r}{EDITABLE}import aann, zoo")


def test_folders_of_tests_and_data_do_not_hide_a_package(home, mine):
    """Without ``__init__.py`` they come after every package on the path."""
    for name in ("zoo", "circuits", "evals"):
        (mine / name).mkdir()
    quiet(mine, home, *IMPORT)


def test_one_place_under_two_names_is_one_place(home, mine):
    (mine / "link").symlink_to(home)
    both = os.pathsep.join([str(mine / "link"), str(home)])
    quiet(mine, both, *IMPORT)
    quiet(mine, home, "-c", "import sys, aann; sys.path.insert(0, 'link'); aann.shadowed.check()")


def test_modules_put_together_by_hand_are_left_alone(home, mine):
    """As pytest makes them for folders above a test file."""
    code = "import sys, types; sys.modules['evals'] = types.ModuleType('evals'); import aann"
    quiet(mine, home, "-c", code)


def test_aann_alone_or_in_an_archive_has_nothing_to_look_for(home, mine):
    for name in ("zoo", "circuits", "evals"):
        shutil.rmtree(home / name)
    write(mine, {"zoo.py": "", "evals.py": ""})
    quiet(mine, home, "-c", "import aann")
    with zipfile.ZipFile(mine / "all.zip", "w") as archive:
        for path in home.rglob("*.py"):
            archive.write(path, path.relative_to(home))
        archive.writestr("zoo/__init__.py", "")
    quiet(mine, mine / "all.zip", "-c", "import aann")


def test_the_project_itself_hides_nothing():
    assert shadowed.hidden(pathlib.Path(shadowed.__file__).parent.parent) == {}


def test_the_project_itself_is_told_when_it_is_hidden(mine):
    write(mine, {"zoo.py": ""})
    home = pathlib.Path(shadowed.__file__).parent.parent
    out, err = python(mine, home, "-m", "evals.power", "--help", code=1, bare=False)
    assert out == ""
    assert err.startswith(f"error: {told('zoo', mine / 'zoo.py')}")
