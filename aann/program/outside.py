"""A program looks at what it reads and at its constants, and at nothing outside.

What it would fetch while it runs (a file, the clock, the environment, its own source text) cannot
be counted, so it is refused. ``refused_module``, ``refused_word`` and ``refused_builtin`` are asked
of its source, and of all that it leads to. ``call`` watches a program while JAX traces it, or while
it runs on the host, for what the source does not show: files that are opened, folders that are
listed, connections, processes, and imports of modules that are not libraries.

Sharp edge: Python's audit hooks cannot be taken away, so that one stays installed; it looks only at
what happens in a thread that is running ``call``.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, no_type_check

LIBRARIES = frozenset(sys.stdlib_module_names) | {
    "aann", "beartype", "einops", "flax", "jax", "jaxlib", "jaxtyping", "ml_dtypes", "numpy",
    "opt_einsum", "optax", "scipy", "typing_extensions",
}  # fmt: skip
"""Top-level modules whose code and numbers do not count."""

_MODULES = frozenset({
    "ast", "asyncio", "bz2", "code", "codeop", "concurrent", "configparser", "ctypes", "datetime",
    "dbm", "dis", "fcntl", "fileinput", "ftplib", "gc", "getpass", "glob", "gzip", "h5py", "http",
    "imaplib", "importlib", "inspect", "io", "linecache", "marshal", "mmap", "multiprocessing",
    "nt", "os", "pathlib", "pickle", "pkgutil", "platform", "posix", "requests", "resource",
    "runpy", "secrets", "select", "shelve", "shutil", "signal", "site", "socket", "sqlite3", "ssl",
    "subprocess", "symtable", "sys", "sysconfig", "tarfile", "tempfile", "thread", "threading",
    "time", "tokenize", "traceback", "urllib", "uuid", "weakref", "zipfile", "zipimport",
})  # fmt: skip
_WORDS = frozenset({
    "__annotations__", "__builtins__", "__closure__", "__code__", "__defaults__", "__dict__",
    "__doc__", "__file__", "__func__", "__getattribute__", "__globals__", "__kwdefaults__",
    "__loader__", "__module__", "__name__", "__qualname__", "__self__", "__spec__",
    "__subclasses__", "__wrapped__", "f_back", "f_globals", "f_locals", "gi_frame", "tb_frame",
})  # fmt: skip
_BUILTINS = frozenset({
    "__import__", "breakpoint", "compile", "dir", "eval", "exec", "globals", "help", "input",
    "locals", "open", "vars",
})  # fmt: skip
_EVENTS = frozenset({
    "ftplib", "glob", "http", "imaplib", "mmap", "os", "poplib", "pty", "shutil", "smtplib",
    "socket", "sqlite3", "subprocess", "tempfile", "urllib", "webbrowser", "winreg",
})  # fmt: skip
_IMPORTING = ("importlib", "importlib._bootstrap", "importlib._bootstrap_external")
_CHECKERS = ("beartype", "jaxtyping")
_OWN = frozenset({
    *_IMPORTING, "jax._src.compilation_cache", "jax._src.compiler", "jax._src.lru_cache",
    "jax._src.traceback_util", "linecache", "logging", "traceback", "warnings",
})  # fmt: skip
ADVICE = (
    "What a program knows is counted, so it looks at nothing but its reads, its constants and "
    "what it names: load or compute it outside of the function"
)

_thread = threading.local()
_installed = threading.Event()


class LooksOutsideError(RuntimeError):
    """A program looked at something that cannot be counted."""


def is_library(module: Any) -> bool:
    """Whether a module of this name is a library's."""
    return str(module).partition(".")[0] in LIBRARIES


def is_librarys_scope(scope: Mapping[str, Any]) -> bool:
    """Whether globals are those of a library's module, and not of one that took its name."""
    name = str(scope.get("__name__"))
    return is_library(name) and getattr(sys.modules.get(name), "__dict__", None) is scope


def refused_module(name: Any) -> bool:
    """Whether a module of this name shows what lies outside of a program."""
    return str(name).partition(".")[0].lstrip("_") in _MODULES


def refused_word(word: str) -> bool:
    """Whether this attribute shows a program its own text, or what lies around it."""
    return word in _WORDS


def refused_builtin(name: str) -> bool:
    """Whether the built-in function of this name does."""
    return name in _BUILTINS


def call(what: str, program: Callable[..., Any], *arguments: Any) -> Any:
    """Call a program and watch it.

    Raises:
        LooksOutsideError: it opens a file, or does one of the like.
    """
    if not _installed.is_set():
        _installed.set()
        sys.addaudithook(_hook)
    before = getattr(_thread, "what", None)
    _thread.what = what
    try:
        return program(*arguments)
    finally:
        _thread.what = before


@no_type_check  # in tests: it is called at all that Python does, each id() too
def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    what = getattr(_thread, "what", None)
    if what is None:
        return
    kind = event.partition(".")[0]
    if kind not in ("open", "import") and kind not in _EVENTS:
        return
    _thread.what = None  # looking at the stack is an event, too
    try:
        seen = _allowed(event, arguments)
    finally:
        _thread.what = what
    if not seen:
        shown = ", ".join(repr(a) for a in arguments[:1])
        raise LooksOutsideError(f"{what} looks outside while it runs: {event}({shown}). {ADVICE}")


def _allowed(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether Python's own machinery did this, and not the program."""
    callers = list(_callers())
    if event == "import":
        importer = next((name for name in callers if name not in _IMPORTING), "")
        return is_library(arguments[0]) or bool(importer)
    # Imports are asked for above; a warning shows its line of source; compiled code is kept.
    return any(name in _OWN for name in callers)


def _callers() -> Iterator[str]:
    """Modules of the calls between a program and its event, from the event outwards.

    Those that are no libraries are called "".
    """
    frame: Any = sys._getframe()
    inside = True
    while frame is not None:
        scope, here = frame.f_globals, frame.f_globals is globals()
        if here and frame.f_code.co_name == "call":
            return
        name = str(scope.get("__name__"))
        if not inside and name.partition(".")[0] not in _CHECKERS:
            frozen = name in _IMPORTING
            yield name if frozen or is_librarys_scope(scope) else ""
        inside = inside and not (here and frame.f_code.co_name == "_hook")
        frame = frame.f_back
