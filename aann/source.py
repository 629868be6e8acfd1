"""The code of one function, without what says nothing about the computation, and its numbers.

Comments, docstrings, annotations and decorators go. Where there is no source (``python -c``,
``exec``, several lambdas on a line) the compiled code stands in; it is longer.
"""

import ast
import dataclasses
import inspect
import marshal
import sys
import textwrap
import tokenize
import types
from collections.abc import Iterator
from typing import Any

import jax

LIBRARIES = frozenset(sys.stdlib_module_names) | {
    "aann", "beartype", "einops", "flax", "jax", "jaxlib", "jaxtyping", "ml_dtypes", "numpy",
    "optax", "scipy", "typing_extensions",
}  # fmt: skip
"""Top-level modules whose code and numbers do not count."""

TABLE = 8
"""A list, tuple or dict of more numbers is a table: all of them count, small integers too."""

_NAME = 40  # characters of a string that may be a name, an einsum formula or the like


@dataclasses.dataclass(frozen=True)
class Text:
    """What one function says.

    Attributes:
        source: as it was written, for people; a comment where there is none.
        code: its normalised source, or marshalled bytecode.
        written: all numbers in it.
        literals: those of them that count, one entry an occurrence.
        names: what it reads from elsewhere, ``("module", "attribute")``.
        sourced: whether ``code`` is source; bytecode may differ from process to process.
    """

    source: str
    code: bytes
    written: tuple[float, ...]
    literals: tuple[float, ...]
    names: tuple[tuple[str, ...], ...]
    sourced: bool = True


def read(function: types.FunctionType) -> Text:
    """The text of a function, nested functions included."""
    found = _tree(function)
    if found is None:
        written = tuple(_code_numbers(function.__code__))
        return Text(
            source=f"# {function.__qualname__}: no source text; its compiled code is counted",
            code=marshal.dumps(function.__code__),
            written=written,
            literals=tuple(x for x in written if not free(x)),
            names=tuple((name,) for name in sorted(set(_code_names(function.__code__)))),
            sourced=False,
        )
    tree, source = found
    tree = _Bare().visit(tree)
    literals = list(_literals(tree))
    return Text(
        source=source,
        code=ast.unparse(ast.fix_missing_locations(tree)).encode(),
        written=tuple(value for value, _ in literals),
        literals=tuple(value for value, counts in literals if counts),
        names=tuple(_references(tree)),
    )


def free(value: Any) -> bool:
    """Whether a number costs nothing: the integers from -2 to 2, as signs, axes and powers."""
    return bool(value in (-2, -1, 0, 1, 2))


def packed(text: str | bytes) -> int:
    """How many 32-bit numbers a string could hide; short ones are taken for names."""
    return -(-len(text) // 4) if len(text) > _NAME else 0


def _tree(function: types.FunctionType) -> tuple[ast.AST, str] | None:
    """The function's syntax tree and its text, without decorators."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
        module = ast.parse(text)
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    same = [
        node
        for node in ast.walk(module)
        if isinstance(node, kinds) and getattr(node, "name", "<lambda>") == function.__name__
    ]
    if not same or (len(same) > 1 and function.__name__ == "<lambda>"):
        return None
    return same[0], ast.get_source_segment(text, same[0]) or ""


class _Bare(ast.NodeTransformer):
    """Drops what says nothing about the computation: docstrings, annotations, decorators."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        self.generic_visit(node)
        node.body = [
            n
            for n in node.body
            if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        ] or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return node.value and ast.Assign(targets=[node.target], value=node.value)


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
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float | complex):
            value = -node.value if id(node) in negative else node.value
            counts = id(node) in in_table or not free(value)
            parts = [value.real, value.imag] if isinstance(value, complex) else [value]
            yield from ((float(part), counts) for part in parts)
        elif isinstance(node.value, str | bytes):
            yield from [(0.0, True)] * packed(node.value)


def _references(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Names that are read and not assigned here, with the attributes that follow them."""
    nodes = list(ast.walk(tree))
    own = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    inner: set[int] = set()
    for node in nodes:  # outer attributes come first
        if id(node) in inner:
            continue
        path: list[str] = []
        base = node
        while isinstance(base, ast.Attribute):
            path.append(base.attr)
            base = base.value
            inner.add(id(base))
        if isinstance(base, ast.Name) and base.id not in own:
            yield (base.id, *reversed(path))


def _code_names(code: types.CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_names(constant)


def _code_numbers(code: types.CodeType) -> Iterator[float]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_numbers(constant)
        else:
            flat = jax.tree.leaves(constant)
            yield from (
                float(x) for x in flat if isinstance(x, int | float) and not isinstance(x, bool)
            )
