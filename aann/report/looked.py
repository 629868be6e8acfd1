"""How often the residuals of a program were looked at on the examples that a report is about."""

import dataclasses

from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Looked:
    """Looks at a program's held-out residuals, as far as this user's ledger knows.

    Attributes:
        times: how often.
        first: day of the first one, ISO 8601.
    """

    times: int
    first: str

    __repr__ = brief

    def __str__(self) -> str:
        return f"{self.times:,} {'time' if self.times == 1 else 'times'}, first on {self.first}"
