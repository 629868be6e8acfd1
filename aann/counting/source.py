"""The code of one function, without what says nothing about the computation, and its numbers.

Comments, docstrings, annotations and the decorators of the function itself go. Where there is no
source (``python -c``, ``exec``, several lambdas on a line), or what there is does not compile to
the code that runs (a file that was edited meanwhile), the compiled code stands in; it is longer.
"""

import ast
import dataclasses
import dis
import functools
import marshal
import types
from collections.abc import Iterator
from typing import Any

from aann.counting.bytecode import codes, references
from aann.counting.recompiled import file_of, tree_of
from aann.counting.text import free, is_word, packed, scalars
from aann.program.outside import refused_word
from aann.shown.brief import brief

TABLE = 8
"""A list, tuple or dict of more numbers is a table: all of them count, small integers too."""


@dataclasses.dataclass(frozen=True)
class Text:
    """What one function says.

    Attributes:
        source: as it was written, for people; a comment where there is none.
        code: its normalised source, or marshalled bytecode.
        written: all numbers in it.
        literals: those of them that count, one entry an occurrence.
        names: what it reads from elsewhere, ``("module", "attribute")``.
        imports: what it imports: name here, module, attribute or "".
        words: its strings that are taken for words.
        refused: attributes that it looks at and should not.
        sourced: whether ``code`` is source; bytecode may differ from process to process.
    """

    source: str
    code: bytes
    written: tuple[float, ...]
    literals: tuple[float, ...]
    names: tuple[tuple[str, ...], ...]
    imports: tuple[tuple[str, str, str], ...] = ()
    words: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    sourced: bool = True

    __repr__ = brief


def read(function: types.FunctionType) -> Text:
    """The text of a function, nested functions included."""
    code = function.__code__
    text = file_of(code)
    found = None if text is None else _sourced(code, code.co_qualname, text)
    return _compiled(function) if found is None else found


@functools.lru_cache(maxsize=1024)
def _sourced(code: types.CodeType, qualname: str, text: str) -> Text | None:
    """What the source of a function says; None if that is not sure.

    Args:
        code: of the function; code is equal whatever its ``qualname``.
        qualname: of the code.
        text: of its file.
    """
    found = tree_of(code, text)
    if found is None:
        return None
    tree, source = found
    imports = tuple(_imports(tree))
    tree = _Bare().visit(tree)
    literals = list(_literals(tree))
    strings = [s for node in ast.walk(tree) for s in _strings(node)]
    outer = {path[0] for path in references(code)}
    attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    spelled: set[Any] = {*strings, *attributes, *outer}
    return Text(
        source=source,
        code=ast.unparse(ast.fix_missing_locations(tree)).encode(),
        written=tuple(value for value, _ in literals),
        literals=tuple(value for value, counts in literals if counts),
        names=tuple(_dotted(tree, outer | {alias for alias, *_ in imports})),
        imports=imports,
        words=frozenset(s for s in strings if isinstance(s, str) and is_word(s)),
        refused=frozenset(w for w in spelled if isinstance(w, str) and refused_word(w)),
    )


def _compiled(function: types.FunctionType) -> Text:
    """What the compiled code alone tells."""
    code = function.__code__
    parts = list(codes(code))
    constants = [c for part in parts for c in part.co_consts]
    values = [x for c in constants for x in scalars(c)]
    names = {name for part in parts for name in part.co_names}
    strings = {s for c in constants for s in (c if isinstance(c, tuple) else [c])}
    imports = [
        i.argval for part in parts for i in dis.get_instructions(part) if "IMPORT_NAME" in i.opname
    ]
    return Text(
        source=f"# {function.__qualname__}: no source text that compiles to the code that runs; "
        "its compiled code is counted",
        code=marshal.dumps(code),
        written=tuple(values),
        literals=tuple(x for x in values if not free(x)),
        names=tuple(references(code)),
        imports=tuple(("", module, "") for module in imports),
        words=frozenset(s for s in strings if isinstance(s, str) and is_word(s)),
        refused=frozenset(filter(refused_word, names | {s for s in strings if isinstance(s, str)})),
        sourced=False,
    )


class _Bare(ast.NodeTransformer):
    """Drops what says nothing about the computation: docstrings and annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = _said(node.returns)
        self.generic_visit(node)
        node.body = [
            n
            for n in node.body
            if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        ] or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = _said(node.annotation)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return node.value and ast.Assign(targets=[node.target], value=node.value)


def _said(annotation: ast.expr | None) -> ast.expr | None:
    """An annotation that computes something (``:=``) stays."""
    if annotation and any(isinstance(n, ast.NamedExpr) for n in ast.walk(annotation)):
        return annotation
    return None


def _literals(tree: ast.AST) -> Iterator[tuple[float, bool]]:
    """Numbers in the source, and whether they count."""
    in_table = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
        and sum(isinstance(part, ast.Constant) for part in ast.walk(node)) > TABLE
        for part in ast.walk(node)
    }
    negative = {
        id(node.operand)
        for node in ast.walk(tree)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    }
    for node in ast.walk(tree):
        table = id(node) in in_table
        for text in _strings(node):
            yield from [(0.0, True)] * (0 if is_word(text) and not table else packed(text))
        if not isinstance(node, ast.Constant) or (isinstance(node.value, bool) and not table):
            continue
        for value in scalars(node.value):
            yield (-value if id(node) in negative else value), table or not free(value)


def _strings(node: ast.AST) -> list[str | bytes]:
    """Strings that a node says, names of arguments that make a dict included."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return [k.arg for k in node.keywords if k.arg]
    return []


def _imports(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                module = name.name if name.asname else name.name.partition(".")[0]
                yield name.asname or module, module, ""
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield name.asname or name.name, "." * node.level + (node.module or ""), name.name


def _dotted(tree: ast.AST, bases: set[str]) -> Iterator[tuple[str, ...]]:
    """What these names are read for: each with the attributes that follow it."""
    met: set[str] = set()
    inner: set[int] = set()
    for node in ast.walk(tree):  # outer attributes come first
        if id(node) in inner:
            continue
        path: list[str] = []
        base = node
        while isinstance(base, ast.Attribute):
            path.append(base.attr)
            base = base.value
            inner.add(id(base))
        if isinstance(base, ast.Name) and base.id in bases:
            met.add(base.id)
            yield (base.id, *reversed(path))
    yield from ((name,) for name in sorted(bases - met))
