"""One pass of a bench over some examples: its batches, their prefixes, and what is kept of both.

    with Pass(bench, examples, lambda: digest("measure", ...)) as run:
        for batch in run.batches():
            found = run.recall("losses", batch, lambda: ...run.start(batch)...)

Batches come from the examples, values before the first replaced site from the bench or from
``prefixes``, and results that an earlier run has computed from ``results``.
"""

from collections.abc import Callable, Iterator
from typing import Any

from aann.bench.workbench import Workbench
from aann.data.batches import Batch, batches
from aann.data.examples import Examples
from aann.store.prefixes import Prefixes
from aann.store.results import Arrays, Results


class Pass:
    """A bench and what it runs on.

    Args:
        bench: the replacements, ready to run.
        examples: of any split.
        section: makes the key of what ``recall`` keeps, see ``Results``; by default nothing is.
        again: whether the batches will be asked for a second time.
        reserved: bytes of the machine's memory that are taken by something else.
        progress: show a bar.
    """

    def __init__(
        self,
        bench: Workbench,
        examples: Examples,
        section: Callable[[], str] | None = None,
        *,
        again: bool = False,
        reserved: int = 0,
        progress: bool = False,
    ) -> None:
        self.bench, self.examples = bench, examples
        self.label = f"{examples.split} examples of {examples.name}" if progress else ""
        self.results = Results(bench.machine, section)
        self.prefixes = Prefixes(bench, again=again, reserved=reserved)

    def __enter__(self) -> "Pass":
        return self

    def __exit__(self, *error: object) -> None:
        self.prefixes.close()

    def batches(self) -> Iterator[Batch]:
        """Those of this process, in order.

        Raises:
            ValueError: inputs have another shape or dtype than the model's, or are not finite.
        """
        bench = self.bench
        return batches(
            self.examples, bench.batch_size, bench.model,
            progress=self.label, machine=bench.machine,
        )  # fmt: skip

    def start(self, batch: Batch) -> Any:
        """The values before the first replaced site.

        Raises:
            OSError: the cache folder cannot be written.
        """
        return self.prefixes.start(batch)

    def recall(self, name: str, batch: Batch, compute: Callable[[], Arrays]) -> Arrays:
        """The results of a batch: those of an earlier run, or computed and written.

        Raises:
            OSError: the cache folder cannot be written.
        """
        return self.results.recall(name, batch, compute)
