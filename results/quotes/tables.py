"""Lines of tables whose cells come from saved rows."""

from collections.abc import Iterable, Sequence


def header(*titles: str) -> list[str]:
    """The first two lines."""
    return [line(*titles), line(*["---"] * len(titles))]


def line(*cells: str) -> str:
    """A line of cells."""
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def rows(where: str, names: Iterable[tuple[str, str]], columns: Sequence[str]) -> list[str]:
    """A line for each row.

    Args:
        where: what to look rows up in, as ``curves_from_3a.both``.
        names: of each row what the table calls it, and its name.
        columns: what of a row, with its spec, as ``kl:2``.
    """
    return [
        line(title, *(f"{{{where}[{name}].{column}}}" for column in columns))
        for title, name in names
    ]
