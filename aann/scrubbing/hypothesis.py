"""A hypothesis: which activations of a network the named values of a program stand for."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

from aann.program.replacement import Replacement
from aann.scrubbing.equivalence import Equivalence, Same
from aann.scrubbing.where import Where, as_where
from aann.shown.brief import brief, word

Rest = Literal["resample", "keep", "zero"]
RESTS = ("resample", "keep", "zero")


@dataclasses.dataclass(frozen=True, eq=False)
class Hypothesis:
    """A network computes what a program computes, and here is where.

        def rule(image):
            s = aann.value("s", similarity(image))
            return aann.value("far", jnp.abs(s - middle) > width)

        aann.Hypothesis(rule, {"s": "fc1"}, same={"s": Within(100.0)})

    Attributes:
        program: a function of the model's inputs, or a replacement: it may read sites, whose
            values it then gets of the intact model.
        where: value -> the activations that it stands for: a site's name, a ``Where``, or several
            of them. Each value stands for something else; a value that the program computes from
            another one lies below it.
        same: value -> which values are equivalent, by default equal ones; one for all values
            where it is no mapping.
        rest: activations that no value claims, beside those that are: ``"resample"`` from any
            example, one for each run; ``"keep"`` those of the example itself; ``"zero"`` the other
            units of the same sites, and keep what goes past these sites.
        name: what tables call it; by default the program's own name.

    A value that the program computes from what it reads is taken from an example's own run; one
    that it computes from other named values alone is computed by the network from *their*
    activations, and the rest of what it gets there is what ``rest`` says.

    Raises:
        TypeError, ValueError: all that can be seen without the model.
    """

    program: Replacement | Callable[[Any], Any]
    where: Mapping[str, Any]
    same: Any = dataclasses.field(default_factory=Same)
    rest: Rest = "resample"
    name: str = ""

    __repr__ = brief

    def __post_init__(self) -> None:
        if not isinstance(self.program, Replacement) and not callable(self.program):
            raise TypeError(
                "a hypothesis is about a program: a function, or what aann.make gives; got "
                f"{type(self.program).__name__}"
            )
        if not isinstance(self.where, Mapping) or not self.where:
            raise TypeError(
                "where maps names of values to sites, {'s': 'fc1'}; got " + word(self.where)
            )
        if not self.name:
            own = self.program if isinstance(self.program, Replacement) else None
            name = own.name if own else getattr(self.program, "__name__", "program")
            object.__setattr__(self, "name", name)
        if wrong := [name for name in self.where if not isinstance(name, str)]:
            raise TypeError(f"a value is called by a string, got {word(wrong[0])}")
        where = {name: as_where(given) for name, given in self.where.items()}
        given = self.same if isinstance(self.same, Mapping) else dict.fromkeys(where, self.same)
        problems = [
            f"same speaks of {name!r}, which stands for nothing: add it to where"
            for name in given
            if name not in where
        ]
        problems += [
            f"{name!r} stands for nothing: name a site" for name in where if not where[name]
        ]
        problems += [
            f"same says of {name!r} {word(kind)}: an equivalence of aann.scrubbing.equivalence, "
            "such as Same() or Within(0.1)"
            for name, kind in given.items()
            if not callable(getattr(kind, "of", None))
        ]
        if self.rest not in RESTS:
            problems.append(f"rest is 'resample', 'keep' or 'zero', got {self.rest!r}")
        if problems:
            raise ValueError(f"hypothesis {self.name!r}: " + "; ".join(problems))
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "same", {n: given.get(n, Same()) for n in where})

    @property
    def claim(self) -> str:
        """The first line of the program's docstring."""
        program = self.program
        function = program.program if isinstance(program, Replacement) else program
        return (getattr(function, "__doc__", None) or "").strip().partition("\n")[0]

    def places(self) -> Mapping[str, tuple[Where, ...]]:
        """``where``, as it was made out."""
        return self.where

    def equivalences(self) -> Mapping[str, Equivalence]:
        """``same``, for each value."""
        same: Mapping[str, Equivalence] = self.same
        return same

    def with_same(self, same: Any, name: str = "") -> "Hypothesis":
        """The same claim with other equivalences."""
        return dataclasses.replace(self, same=same, name=name or self.name)
