import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aann.program.traceable import traceable


@pytest.mark.parametrize("untraceable", [lambda x: float(x.sum()), np.sin], ids=["float", "numpy"])
def test_what_needs_concrete_values_is_told_what_to_do(untraceable):
    def run(x):
        with traceable("function 'f'", "Write it otherwise."):
            return untraceable(x)

    said = (
        r"^function 'f' cannot be traced by JAX: it turns .* value\. Write it otherwise\. JAX says"
    )
    with pytest.raises(TypeError, match=said) as raised:
        jax.jit(run)(jnp.ones(3))
    assert raised.value.__cause__ is not None
    run(jnp.ones(3))  # concrete values are there


def test_other_errors_pass_as_they_are():
    with pytest.raises(ValueError, match=r"^mine$"), traceable("f", "."):
        raise ValueError("mine")
