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

from zoo.checkpoints.pickle_machine import (
    MOST_REFUSED,
    Functions,
    Machine,
    TooManyRefusedError,
)

LONGEST: Final = 1 << 24
"""Bytes of all pickles of a file. One letter may make all of a text four times as large."""

MOST: Final = 1 << 19
"""Instructions of all pickles of a file, a second's work. The largest published has 359,634."""

MOST_CONTAINERS: Final = 1 << 16
"""Lists, dicts and tuples of a file, and marks, which take longer. A tensor has five or so."""

_PUSHED = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
    "BYTEARRAY8",
}  # fmt: skip
_CONTAINERS = {"EMPTY_LIST", "EMPTY_DICT", "MARK", "TUPLE1", "TUPLE2", "TUPLE3", "REDUCE"}
_OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes}
_LINES = {"INT", "LONG", "FLOAT", "STRING", "UNICODE"}
"""Data of protocol 0, which take long to decode; they are refused in any case."""


class Spent:
    """What was read of a file so far: it may hold several pickles."""

    instructions = 0
    containers = 0

    def add(self, opcode: pickletools.OpcodeInfo) -> None:
        """Count an instruction.

        Raises:
            ValueError: there were too many.
        """
        self.instructions += 1
        self.containers += opcode.name in _CONTAINERS
        if self.instructions > MOST or self.containers > MOST_CONTAINERS:
            raise ValueError(
                f"it is longer than {LONGEST} bytes or {MOST} instructions, or has more than "
                f"{MOST_CONTAINERS} lists, dicts and tuples"
            )


def read(
    file: io.BytesIO,
    functions: Functions,
    persistent: Callable[[Any], Any] | None = None,
    spent: Spent | None = None,
) -> Any:
    """Read one pickle, from the file's position to the pickle's end.

    Args:
        file: holds the pickle, and maybe more after it.
        functions: the names that the pickle may use. They get what the pickle says, checked by
            nobody, and raise ValueError or TypeError where it makes no sense.
        persistent: from a persistent id to the object; without it there are none.
        spent: what was read of the file before.

    Returns:
        Plain Python data and placeholders; see ``zoo.checkpoints.placeholder.settle``.

    Raises:
        ValueError: the pickle asks for other names (which are listed), or is damaged.
    """
    if (size := file.getbuffer().nbytes) > LONGEST:
        raise ValueError(f"the pickle is longer than {LONGEST} bytes: {size}")
    machine = Machine(functions, persistent, size)
    for opcode, argument in _instructions(file, spent or Spent()):
        if opcode.name in _PUSHED:  # most of them
            machine.stack.append(bytes(argument) if opcode.name == "BYTEARRAY8" else argument)
            continue
        try:
            machine.step(opcode, argument)
        except TooManyRefusedError:
            break
        except (IndexError, ValueError) as error:
            if machine.refused:
                continue  # for the other names
            if isinstance(error, IndexError):
                raise ValueError("the pickle is damaged: it takes more than it put") from error
            raise
    if machine.refused:
        raise ValueError(_asked(machine.refused))
    if len(machine.stack) != 1 or machine.marks:
        raise ValueError("the pickle is damaged: it leaves something over")
    return machine.stack[0]


def _asked(refused: set[str]) -> str:
    names = ", ".join(sorted(refused))
    count = f"{MOST_REFUSED} or more" if len(refused) > MOST_REFUSED else len(refused)
    need = "thing(s) that plain weights do not need"
    return f"the pickle asks for {count} {need}: {names}. Nothing was run"


def _instructions(file: io.BytesIO, spent: Spent) -> Iterator[tuple[pickletools.OpcodeInfo, Any]]:
    """The instructions of one pickle with their arguments."""
    name = ""
    try:
        while name != "STOP":
            code = file.read(1)
            opcode = _OPCODES.get(code.decode("latin-1"))
            if opcode is None:
                unknown = f"opcode {code!r} unknown"
                raise ValueError(unknown if code else "pickle exhausted before seeing STOP")
            name = opcode.name
            spent.add(opcode)
            if name in _LINES:
                argument: Any = file.readline()[:0]
            else:
                argument = None if opcode.arg is None else opcode.arg.reader(file)
            yield opcode, argument
    except (ValueError, OverflowError) as error:
        raise ValueError(f"the pickle is damaged: {str(error)[:200]}") from error
