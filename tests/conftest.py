import atexit
import contextlib
import gc
import os
import pathlib
import shutil
import tempfile

if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    # Tests compile the same small programs again and again, in several processes.
    _compiled = tempfile.mkdtemp(prefix="aann-tests-")
    atexit.register(shutil.rmtree, _compiled, ignore_errors=True)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = _compiled
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
if "XLA_FLAGS" not in os.environ:
    # Nearly all that is compiled here runs once, on little: compiling is what takes the time.
    os.environ["XLA_FLAGS"] = (
        "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
    )
    os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")

if "AANN_LOOKED" not in os.environ:  # the ledger of looks is not the user's
    _looked = tempfile.mkdtemp(prefix="aann-looked-")
    atexit.register(shutil.rmtree, _looked, ignore_errors=True)
    os.environ["AANN_LOOKED"] = _looked

import hypothesis
import jax
import jaxtyping
import pytest

TESTS = pathlib.Path(__file__).parent

# What compiles, or runs on a busy machine, has no deadline.
hypothesis.settings.register_profile("tests", hypothesis.settings(deadline=None))
hypothesis.settings.load_profile("tests")

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")
# On two busy cores a compilation was once seen to wait for ever beside computations in flight.
jax.config.update("jax_cpu_enable_async_dispatch", False)


def pytest_collection_modifyitems(items):
    """Folders of few long tests first: at the end no process waits long for the other one."""
    items.sort(key=lambda item: item.path.is_relative_to(TESTS / "aann"))


def pytest_collection_finish():
    """What was imported stays: to look through it for garbage again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def assets() -> pathlib.Path:
    """The offline mirror; tests that need it are skipped where there is none."""
    folder = os.environ.get("AANN_ASSETS")
    if not folder:
        pytest.skip("needs the published weights and data: set AANN_ASSETS to a mirror of them")
    return pathlib.Path(folder)


@pytest.fixture
def optimised():
    """Compile as users do: for tests that compute much longer than they compile."""
    with compiled_as_users_do():
        yield


@pytest.fixture(scope="module")
def optimised_module():
    """The same for a file of tests, and for what its fixtures make."""
    with compiled_as_users_do():
        yield


@contextlib.contextmanager
def compiled_as_users_do():
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture
def unchecked():
    """Switch the run-time check of annotations off, as users have it, to reach our own errors."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
