"""Laws of equal bits are tried on programs as users compile them."""

import pytest


@pytest.fixture(autouse=True)
def as_users_compile(optimised):
    """Every test here."""
