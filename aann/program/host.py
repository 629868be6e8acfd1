"""Programs that run on the host: NumPy, SciPy or plain Python, declared with ``host=True``.

Such a program may loop, branch on values and call ``float()``. It gets the values at its reads as
NumPy arrays that cannot be written to, batch first, in the dtype of the site (dtypes that NumPy
lacks, such as bfloat16, as float32 or int32); single constants as Python numbers, rounded to
float32, and others as float32, int32 or bool arrays. It returns anything that NumPy makes one array
of, (batch, ..., units): floats of any precision, integers and booleans are cast to the dtype of the
site.

Where JAX traces (``jax.jit``, ``aann.cut``), the program runs through ``jax.pure_callback``, once a
batch, and the shape of its result is taken from the place that it writes. Everywhere else, and in
``aann.evaluate``, it runs directly.

Sharp edges: an error under ``jax.jit`` comes as a ``jax.errors.JaxRuntimeError`` whose text ends
with the message here; there are no gradients; JAX inside a host program is refused, because it can
wait for the very computation that waits for it. Block on results before Python exits.
"""

import inspect
import pathlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from aann.program import outside
from aann.program.constant import Constant, Constants, as_known
from aann.program.place import Place

_JAX_INSIDE = (
    "uses JAX, which hangs inside a host program: write it with numpy, or leave host=True out and "
    "write all of it with jax.numpy"
)


@runtime_checkable
class HostProgram(Protocol):
    """What has to be known of a program to run it: a ``Replacement`` says so."""

    @property
    def what(self) -> str:
        """Which program this is, for messages."""

    @property
    def program(self) -> Callable[..., Any]:
        """Gets NumPy arrays and the constants."""

    @property
    def constants(self) -> Mapping[str, Constant]:
        """Name -> constant."""

    @property
    def place(self) -> Place:
        """Which part of the site's value it writes."""

    def check_result(self, value: Any, natural: jax.ShapeDtypeStruct) -> None:
        """Check what it returned against the site."""


def run(
    replacement: HostProgram, reads: Sequence[Any], natural: jax.ShapeDtypeStruct | None
) -> jax.Array:
    """Run a host program.

    Args:
        replacement: its program is written for the host.
        reads: arrays, or tracers.
        natural: shape and dtype of the site's value; needed for tracers. With it, the result is
            checked and cast.

    Raises:
        RuntimeError: the program raised an error, which is the cause.
        LooksOutsideError: it opens a file, or does one of the like.
        TypeError: it returns no array of real numbers, or uses JAX; or JAX traces, and ``natural``
            is missing.
        ValueError: it returns another shape; (later) it is differentiated.
    """
    if not any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(reads)):
        return jnp.asarray(_values(replacement, reads, natural))
    if natural is None:
        raise TypeError(
            f"{replacement.what} runs on the host, so that JAX cannot know the shape of its result "
            "here: pass natural=, shape and dtype of the site's value, or call it outside of jit"
        )
    expected = jax.ShapeDtypeStruct(
        replacement.place.shape(tuple(natural.shape)), np.dtype(natural.dtype)
    )

    @jax.custom_jvp
    def call(*reads: Any) -> jax.Array:
        def values(*reads: Any) -> np.ndarray:
            return _values(replacement, reads, natural)

        value: jax.Array = jax.pure_callback(values, expected, *reads, vmap_method="sequential")
        return value

    @call.defjvp
    def refuse(primals: Any, tangents: Any) -> Any:
        raise ValueError(  # as JAX does for callbacks
            f"{replacement.what} runs on the host, so that JAX cannot differentiate it: write it "
            "with jax.numpy and leave host=True out, or differentiate with respect to what lies "
            "below it"
        )

    value: jax.Array = call(*reads)
    return value


def constants(replacement: HostProgram) -> Constants:
    """The constants as a host program gets them: Python numbers and NumPy arrays."""
    known = {n: as_known(c.value) for n, c in replacement.constants.items()}
    return Constants({n: x if x.ndim else x.item() for n, x in known.items()})


def _values(
    replacement: HostProgram, reads: Sequence[Any], natural: jax.ShapeDtypeStruct | None
) -> np.ndarray:
    """The program's values, checked and cast."""
    given = jax.tree.map(_as_numpy, tuple(reads))
    known = constants(replacement)
    returned: list[Any] = []

    def program() -> None:
        try:
            returned.append(outside.call(replacement.what, replacement.program, *given, known))
        except outside.LooksOutsideError:
            raise
        except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
            raise TypeError(f"{replacement.what} {_JAX_INSIDE}") from error
        except Exception as error:
            raise RuntimeError(
                f"{replacement.what} raised {_described(replacement.program, error)}"
            ) from error

    # Under a trace of its own no operation of JAX inside the program is ever run: see _JAX_INSIDE.
    jax.eval_shape(program)
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(returned)):
        raise TypeError(f"{replacement.what} {_JAX_INSIDE}")
    values = _as_real(replacement, returned[0])
    if natural is None:
        return values
    if np.issubdtype(values.dtype, np.floating) and not jnp.issubdtype(natural.dtype, jnp.floating):
        raise TypeError(
            f"{replacement.what} must return whole numbers like the site ({natural.dtype}), got "
            f"{values.dtype}"
        )
    with np.errstate(over="ignore"):  # infinity is refused where values are used
        values = values.astype(natural.dtype)
    replacement.check_result(values, natural)
    return values


def _as_real(replacement: HostProgram, value: Any) -> np.ndarray:
    if np.ma.is_masked(value):
        raise TypeError(
            f"{replacement.what} returns a masked array: say what is behind its mask with .filled()"
        )
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    # Kind V: dtypes that JAX adds to NumPy.
    if array.dtype.kind not in "fiub" and not jnp.issubdtype(array.dtype, jnp.floating):
        got = array.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"{replacement.what} returns one array of real numbers, got {got}")
    return array


def _as_numpy(read: Any) -> np.ndarray:
    array = np.asarray(read).view()
    if array.dtype.kind == "V":
        array = array.astype(np.float32 if jnp.issubdtype(array.dtype, jnp.floating) else np.int32)
    array.flags.writeable = False
    return array


def _described(program: Any, error: Exception) -> str:
    """The error and the program's line: under jit the message is all that comes through."""
    code = getattr(inspect.unwrap(program), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if code is not None and f.filename == code.co_filename]
    at = f" ({pathlib.Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {error}{at}"
