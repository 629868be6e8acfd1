"""The machine that reads pickles: a stack, marks, a memo, and one method for each instruction.

``zoo.checkpoints.unpickle`` feeds it. It refuses by itself what takes too long to refuse later:
nesting beyond ``zoo.checkpoints.placeholder.DEEPEST`` and calls that copy without end.
"""

import pickletools
from collections.abc import Callable, Mapping
from typing import Any, Final

from aann.shown.brief import word
from zoo.checkpoints.nesting import Nesting
from zoo.checkpoints.placeholder import Placeholder

_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_KEYS = (str, int, type(None))  # bool is an int
_LARGEST_KEY = 1 << 60  # integers beyond may all have one hash, and fill a dict in quadratic time
_LONGEST_KEY = 1000  # characters; equal ones are compared again each time they are looked up
MOST_REFUSED = 10
"""Names that a message lists."""


class Global:
    """A name in a pickle, ``module.name``. Nothing was imported."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"


class TooManyRefusedError(ValueError):
    """A pickle asks for so much that the rest need not be read."""


Functions = Mapping[tuple[str, str], Callable[..., Any] | None]
"""(module, name) -> what a call of it means; None for a name that is known but not called."""


class _Instructions:
    """The stack, the marks and the memo of a pickle, and one method for each instruction."""

    def __init__(
        self, functions: Functions, persistent: Callable[[Any], Any] | None, budget: int
    ) -> None:
        self.functions = functions
        self.persistent = persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.refused: set[str] = set()
        self.nesting = Nesting()
        self.budget = budget  # of what calls may copy: honest ones copy what they were given once

    def skip(self, opcode: pickletools.OpcodeInfo) -> None:
        """Take what an instruction takes, and put as many as it puts."""
        before = opcode.stack_before
        marked = pickletools.markobject in before
        if marked:
            self.since_mark()
        for _ in before[: before.index(pickletools.markobject)] if marked else before:
            self.stack.pop()
        self.stack += [_REFUSED] * len(opcode.stack_after)

    def refuse(self, what: str) -> None:
        self.refused.add(ascii(what[:100])[1:-1])
        if len(self.refused) > MOST_REFUSED:
            raise TooManyRefusedError

    def do_proto(self, _: Any) -> None:
        pass

    do_frame = do_stop = do_proto

    def do_mark(self, _: Any) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        """What was pushed since the last mark, which is removed."""
        items, self.stack = self.stack, self.marks.pop()
        return items

    def do_pop(self, _: Any) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.since_mark()

    def do_pop_mark(self, _: Any) -> None:
        self.since_mark()

    def do_memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def do_empty_list(self, _: Any) -> None:
        self.stack.append([])

    def do_empty_dict(self, _: Any) -> None:
        self.stack.append({})

    def do_tuple(self, _: Any) -> None:
        self.push_tuple(self.since_mark())

    def do_tuple1(self, _: Any) -> None:
        self.push_tuple([self.stack.pop()])

    def do_tuple2(self, _: Any) -> None:
        b, a = self.stack.pop(), self.stack.pop()
        self.push_tuple([a, b])

    def do_tuple3(self, _: Any) -> None:
        c, b, a = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self.push_tuple([a, b, c])

    def push_tuple(self, items: list[Any]) -> None:
        made = tuple(items)
        self.nesting.put(made, made)
        self.stack.append(made)

    def do_append(self, _: Any) -> None:
        self.extend([self.stack.pop()])

    def do_appends(self, _: Any) -> None:
        self.extend(self.since_mark())

    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if target is _REFUSED:
            return
        if not isinstance(target, list):
            raise ValueError(f"the pickle appends to a {type(target).__name__}")
        self.nesting.put(items, target)
        target.extend(items)

    def do_setitem(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.update([key, value])

    def do_setitems(self, _: Any) -> None:
        self.update(self.since_mark())

    def update(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if target is _REFUSED:
            return
        if not isinstance(target, dict) or len(items) % 2:
            raise ValueError(f"the pickle sets items of a {type(target).__name__}")
        self.nesting.put(items[1::2], target)
        target.update(ordered_dict(list(zip(items[::2], items[1::2], strict=True))))

    def do_global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self.push_global(module, name)

    def do_stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if isinstance(module, str) and isinstance(name, str):
            self.push_global(module, name)
        else:
            self.refuse("a global whose name is no string")
            self.stack.append(_REFUSED)

    def push_global(self, module: str, name: str) -> None:
        known = (module, name) in self.functions
        if not known:
            self.refuse(f"{module[:60]}.{name[:60]}")
        self.stack.append(Global(module, name) if known else _REFUSED)

    def do_reduce(self, _: Any) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        self.stack.append(_REFUSED)
        if self.refused:
            return  # the file is refused in any case; the other names are still wanted
        if not isinstance(function, Global) or not isinstance(arguments, tuple):
            raise ValueError(f"the pickle calls a {type(function).__name__}")
        call = self.functions[function.module, function.name]
        if call is None:
            raise ValueError(f"the pickle calls {function}, which is only a name here")
        sized = [a for a in arguments if isinstance(a, list | tuple | dict | str | bytes)]
        self.budget -= sum(map(len, sized))
        if self.budget < 0:
            raise ValueError("the pickle's calls copy more than the file holds")
        try:
            self.stack[-1] = call(*arguments)
            self.nesting.put(arguments, self.stack[-1])
        except TypeError as error:
            raise ValueError(f"the pickle calls {function} with wrong arguments") from error

    def do_build(self, _: Any) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if self.refused or isinstance(target, dict):
            return
        if not isinstance(target, Placeholder):
            raise ValueError(f"the pickle gives state to a {type(target).__name__}")
        target.set_state(state)

    def do_binpersid(self, _: Any) -> None:
        identity = self.stack.pop()
        self.stack.append(_REFUSED)
        if self.persistent is None:
            self.refuse("a persistent id")
        elif not self.refused:
            self.stack[-1] = self.persistent(identity)


class Machine(_Instructions):
    """Reads a pickle instruction by instruction."""

    def step(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        """Obey one instruction."""
        name = opcode.name
        if name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            if argument not in self.memo:
                raise ValueError("the pickle is damaged: it recalls what it never stored")
            self.stack.append(self.memo[argument])
        elif (method := getattr(self, f"do_{name.lower()}", None)) is not None:
            method(argument)
        else:
            more = f" {argument[:60]}" if name == "INST" else ""
            self.refuse(f"the instruction {name}{more}")
            self.skip(opcode)


_REFUSED: Final = object()


def ordered_dict(items: Any = ()) -> dict[Any, Any]:
    """What ``collections.OrderedDict(items)`` means: a dict, with keys that are quick to hash."""
    pairs = list(items) if isinstance(items, list | tuple) else [items]
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise ValueError("the pickle makes a dict of something other than pairs")
    # the hash of a tuple of tuples that share parts takes time exponential in its depth
    if odd := [key for key, _ in pairs if not isinstance(key, _KEYS)]:
        raise ValueError(f"the pickle has a {type(odd[0]).__name__} as a key of a dict")
    if any(isinstance(k, int) and not -_LARGEST_KEY < k < _LARGEST_KEY for k, _ in pairs):
        raise ValueError("the pickle has an integer of more than 60 bits as a key of a dict")
    if long := [key for key, _ in pairs if isinstance(key, str) and len(key) > _LONGEST_KEY]:
        raise ValueError(f"the pickle has {word(long[0])} as a key, over {_LONGEST_KEY} characters")
    return dict(pairs)
