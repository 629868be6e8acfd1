"""The text that compiled code was made from: what is compiled again and gives the same code.

Files are edited while Python runs, modules are loaded again, functions get other code, and
``inspect`` then shows lines that never ran.
"""

import __future__

import ast
import copy
import functools
import inspect
import operator
import textwrap
import types
import warnings

from aann.counting.bytecode import codes

_FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)


def tree_of(code: types.CodeType) -> tuple[ast.AST, str] | None:
    """The syntax tree of compiled code and its text, without decorators; None if that is not sure.

    The whole file is compiled again, so that scopes and names are those of the original.
    """
    try:
        # Of the code: asked of the function, it follows __wrapped__ to another one.
        text = "".join(inspect.findsource(code)[0])
        module, compiled = _compiled_again(text, code.co_flags & _FUTURES)
    except (OSError, TypeError, ValueError, SyntaxError, IndexError, RecursionError):
        return None
    own = _stripped(code)
    same = [c for c in compiled if c.co_qualname == code.co_qualname and _stripped(c) == own]
    same.sort(key=lambda c: c.co_firstlineno != code.co_firstlineno)  # where it stood, if there
    found = [node for c in same[:1] for node in ast.walk(module) if _starts(node, c)]
    if len(found) != 1:  # or several lambdas on a line
        return None
    tree = copy.deepcopy(found[0])
    isolated = isinstance(tree, ast.Lambda)
    source = ast.get_source_segment(text, tree, padded=not isolated) or ""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        tree.decorator_list = []  # what they do is in the function that they return
    return tree, textwrap.dedent(source)


@functools.lru_cache(maxsize=16)
def _compiled_again(text: str, flags: int) -> tuple[ast.Module, list[types.CodeType]]:
    """The tree of a whole file and the code of all functions in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when it was imported
        module = ast.parse(text)
        return module, list(codes(compile(text, "<source>", "exec", flags, dont_inherit=True)))


def _stripped(code: types.CodeType) -> types.CodeType:
    """The code without where it was written."""
    inner = (_stripped(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(
        co_filename="", co_firstlineno=1, co_linetable=b"", co_consts=tuple(inner)
    )  # fmt: skip


def _starts(node: ast.AST, code: types.CodeType) -> bool:
    """Whether a function's node is where this code begins."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    lines = [node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]
    return getattr(node, "name", "<lambda>") == code.co_name and min(lines) == code.co_firstlineno
