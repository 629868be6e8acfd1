"""The options that a user gives by name, checked against the function that takes them."""

import inspect
import numbers
import typing
from collections.abc import Callable, Mapping
from typing import Any


def check(what: str, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Refuse options that ``function`` does not take, or whose type it does not take.

    Args:
        what: takes the options, for the message.
        function: its parameters are annotated with classes, or unions of them.
        options: name -> value.

    Raises:
        TypeError: options are unknown, missing or of the wrong type; all are listed.
    """
    parameters = inspect.signature(function).parameters
    hints = typing.get_type_hints(function)
    unknown = [name for name in options if name not in parameters]
    problems = [f"{name}={options[name]!r}: no such option" for name in unknown]
    problems += [
        f"{name}={value!r}: expected {_shown(hints[name])}, got {type(value).__name__}"
        for name, value in options.items()
        if name not in unknown and not _fits(value, hints[name])
    ]
    problems += [
        f"{name} is missing"
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name not in options
    ]
    if problems:
        known = ", ".join(
            name if parameter.default is parameter.empty else f"{name}={parameter.default!r}"
            for name, parameter in parameters.items()
        )
        raise TypeError(f"{what} takes the options {known}:\n  " + "\n  ".join(problems))


def _fits(value: Any, hint: Any) -> bool:
    if hint is int:  # NumPy's integers are, booleans are not
        return isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if hint is float:  # integers are, too
        return isinstance(value, numbers.Real) and not isinstance(value, bool)
    return isinstance(value, hint)


def _shown(hint: Any) -> str:
    """A class by its name, a union as it is written."""
    members = typing.get_args(hint) or (hint,)
    return " or ".join("None" if m is type(None) else m.__name__ for m in members)
