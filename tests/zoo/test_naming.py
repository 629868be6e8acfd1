import pytest

from zoo import naming

NAMES = {"induction": 1, "inceptionv1": 2, "max_of_k": 3}


def test_a_name_that_is_there_passes():
    naming.known("max_of_k", NAMES, "no model is called")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("max_of_3", "did you mean max_of_k?"),
        ("zzz", "there are induction, inceptionv1, max_of_k"),
        (3, "a name is a string, got int"),
        (None, "a name is a string, got NoneType"),
    ],
)
def test_others_are_refused_with_what_there_is(name, message):
    with pytest.raises(ValueError, match=f"^no model is called {name!r}; there are ") as error:
        naming.known(name, NAMES, "no model is called")
    assert str(error.value).endswith(message)
