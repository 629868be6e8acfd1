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
import sys
import textwrap
import types
import warnings

from aann.counting.bytecode import codes

_FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names)
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def file_of(code: types.CodeType) -> str | None:
    """What now stands in the file that the code names; None where there is none."""
    try:
        # Of the code: asked of the function, it follows __wrapped__ to another one.
        return sys.intern("".join(inspect.findsource(code)[0]))  # many functions of one file
    except (OSError, TypeError, ValueError, SyntaxError, IndexError):
        return None


def tree_of(code: types.CodeType, text: str) -> tuple[ast.AST, str] | None:
    """The syntax tree of compiled code and its text, without decorators; None if that is not sure.

    The whole file is compiled again, so that scopes and names are those of the original.

    Args:
        code: of a function.
        text: of its file.
    """
    try:
        functions, compiled = _compiled_again(text, code.co_flags & _FUTURES)
    except (TypeError, ValueError, SyntaxError, RecursionError):
        return None
    own = _stripped(code)
    same = [c for c in compiled if c.co_qualname == code.co_qualname and _stripped(c) == own]
    same.sort(key=lambda c: c.co_firstlineno != code.co_firstlineno)  # where it stood, if there
    found = [node for c in same[:1] for node in functions if _starts(node, c)]
    if len(found) != 1:  # or several lambdas on a line
        return None
    tree = copy.deepcopy(found[0])
    isolated = isinstance(tree, ast.Lambda)
    source = ast.get_source_segment(text, tree, padded=not isolated) or ""
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        tree.decorator_list = []  # what they do is in the function that they return
    return tree, textwrap.dedent(source)


@functools.lru_cache(maxsize=16)
def _compiled_again(text: str, flags: int) -> tuple[list[_Function], list[types.CodeType]]:
    """The trees of all functions in a whole file, and their code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when it was imported
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, _Function)]
        return functions, list(codes(compile(text, "<source>", "exec", flags, dont_inherit=True)))


def _stripped(code: types.CodeType) -> types.CodeType:
    """The code without where it was written."""
    inner = (_stripped(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(
        co_filename="", co_firstlineno=1, co_linetable=b"", co_consts=tuple(inner)
    )  # fmt: skip


def _starts(node: _Function, code: types.CodeType) -> bool:
    """Whether a function's node is where this code begins."""
    lines = [node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]
    return getattr(node, "name", "<lambda>") == code.co_name and min(lines) == code.co_firstlineno
