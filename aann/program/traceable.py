"""What is said where JAX cannot trace a user's function."""

import contextlib
from collections.abc import Iterator

import jax


@contextlib.contextmanager
def traceable(what: str, advice: str) -> Iterator[None]:
    """Run what a user wrote; where it needs concrete values, say so.

    Args:
        what: which function this is.
        advice: what to do, a sentence.

    Raises:
        TypeError: it turns an array into a Python or NumPy value.
    """
    try:
        yield
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        raise TypeError(
            f"{what} cannot be traced by JAX: it turns an array into a Python or NumPy value. "
            f"{advice} JAX says: {str(error).splitlines()[0]}"
        ) from error
