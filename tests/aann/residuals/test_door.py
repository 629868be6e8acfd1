"""The package itself is what is called."""

import types


def test_the_package_is_called_and_stays_a_package():
    import aann.residuals.lab

    assert callable(aann.residuals)
    assert isinstance(aann.residuals, types.ModuleType)
    assert aann.residuals.lab.open_lab.__doc__
