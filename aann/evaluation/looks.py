"""Which programs of a report were looked at on its examples, from the ledger of looks."""

from collections.abc import Iterable

from aann.data.examples import Examples
from aann.evaluation.lineup import Programs, name_of
from aann.machine.machine import Machine
from aann.report.looked import Looked
from aann.store.looked import looks


def looked_at(rows: Iterable[Programs], examples: Examples, machine: Machine) -> dict[str, Looked]:
    """Name of a row -> how often one of its programs was looked at.

    Args:
        rows: the programs of each, of which several may be evaluated together.
        examples: of the report.
        machine: all its processes get what the first one's ledger says.
    """
    found = {}
    if machine.process[0] == 0:
        for programs in rows:
            days = sorted(look.day for program in programs for look in looks(program, examples))
            if days:
                found[name_of(programs)] = Looked(len(days), days[0])
    everyone: list[dict[str, Looked]] = machine.gather(found)
    return everyone[0]
