"""Pickles read by a machine that can call nothing.

A pickle is a program. Python's own machine imports and calls whatever the program names, so that
loading a stranger's checkpoint runs the stranger's code. This one knows the few instructions that
lists, dicts, tuples, strings and numbers need. A global is only a name to it: the caller's table
says which names it may call and supplies the functions; any other name is noted, and after the
whole program has been read all of them are refused at once. No module is ever imported, no
attribute read or set, no method looked up.

Sharp edges: dict keys are strings, integers below 2^60, booleans or None. State that a pickle adds
to a dict (PyTorch's ``_metadata``) is dropped. Byte arrays become bytes. What comes out may contain
placeholders, and itself: ``zoo.checkpoints.placeholder.settle`` takes care of both.
"""

import io
import pickletools
from collections.abc import Callable, Iterator
from typing import Any, Final

from zoo.checkpoints.pickle_machine import Functions, Machine

LONGEST: Final = 1 << 26
"""Bytes of a pickle. An instruction of one byte makes an object of fifty."""

MOST: Final = 1 << 20
"""Instructions of a pickle, a second's work or two. The largest published one has 359,634."""

MOST_CONTAINERS: Final = 1 << 17
"""Lists, dicts and tuples of a pickle, and marks, which take longer. A tensor has five or so."""

_PUSHED = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
    "BYTEARRAY8",
}  # fmt: skip
_CONTAINERS = {"EMPTY_LIST", "EMPTY_DICT", "MARK", "TUPLE1", "TUPLE2", "TUPLE3", "REDUCE"}


def read(
    file: io.BytesIO,
    functions: Functions,
    persistent: Callable[[Any], Any] | None = None,
) -> Any:
    """Read one pickle, from the file's position to the pickle's end.

    Args:
        file: holds the pickle, and maybe more after it.
        functions: the names that the pickle may use. They get what the pickle says, checked by
            nobody, and raise ValueError or TypeError where it makes no sense.
        persistent: from a persistent id to the object; without it there are none.

    Returns:
        Plain Python data and placeholders; see ``zoo.checkpoints.placeholder.settle``.

    Raises:
        ValueError: the pickle asks for other names (all are listed), or is damaged.
    """
    machine = Machine(functions, persistent, min(file.getbuffer().nbytes, LONGEST))
    for opcode, argument in _instructions(file):
        if opcode.name in _PUSHED:  # most of them
            machine.stack.append(bytes(argument) if opcode.name == "BYTEARRAY8" else argument)
            continue
        try:
            machine.step(opcode, argument)
        except (IndexError, ValueError) as error:
            if machine.refused:
                continue  # for the other names
            if isinstance(error, IndexError):
                raise ValueError("the pickle is damaged: it takes more than it put") from error
            raise
    if machine.refused:
        names = ", ".join(sorted(machine.refused))
        raise ValueError(
            f"the pickle asks for {len(machine.refused)} thing(s) that plain weights do not "
            f"need: {names}. Nothing was run"
        )
    if len(machine.stack) != 1 or machine.marks:
        raise ValueError("the pickle is damaged: it leaves something over")
    return machine.stack[0]


def _instructions(file: io.BytesIO) -> Iterator[tuple[pickletools.OpcodeInfo, Any]]:
    """The instructions of one pickle with their arguments."""
    start = file.tell()
    try:
        containers = 0
        for count, (opcode, argument, position) in enumerate(pickletools.genops(file)):
            containers += opcode.name in _CONTAINERS
            if (position or 0) - start > LONGEST or count >= MOST or containers > MOST_CONTAINERS:
                raise ValueError(
                    f"it is longer than {LONGEST} bytes or {MOST} instructions, or has more than "
                    f"{MOST_CONTAINERS} lists, dicts and tuples"
                )
            yield opcode, argument
    except (ValueError, OverflowError) as error:
        raise ValueError(f"the pickle is damaged: {error}") from error
