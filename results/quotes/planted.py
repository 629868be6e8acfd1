"""What the page on planted networks quotes."""

from results.page import Page
from results.quotes.tables import header, line

ORDERING = {
    "kl": "recovered, KL", "nll": "recovered, cross-entropy", "top1": "recovered, top-1",
    "correlation": "correlation", "robust correlation": "robust correlation", "R2": "R²",
    "bits": "bits", "residual bits": "residual bits", "two-part code": "two-part code",
    "equivalence": "equivalence", "p": "p among shuffles",
}  # fmt: skip
"""Metric -> what the page calls it."""

ORDER_KINDS = (
    "constants jittered", "gain", "shrunk to the mean", "noise added", "units exchanged",
    "another place", "table of examples", "all",
)  # fmt: skip
EXPERIMENT_COLUMNS = ("identified", "bias", "coverage", "told apart", "misled")
PLACED = ("constants jittered", "units exchanged", "all")
"""Chains whose programs are set among shuffles."""


def _share(metric: str, kind: str) -> str:
    """A cell; of p there are few."""
    if metric == "p" and kind not in PLACED:
        return "-"
    return f"{{planted[{metric}, {kind}]:.2f}}"


PAGE = Page(
    "docs/planted.md",
    tables={
        "order": [
            *header("metric", *ORDER_KINDS),
            *(
                line(title, *(_share(metric, kind) for kind in ORDER_KINDS))
                for metric, title in ORDERING.items()
            ),
        ],
        "experiments": [
            *header("examples", *EXPERIMENT_COLUMNS),
            *(
                line(n, *(f"{{planted[n = {n}, {x}]:.3f}}" for x in EXPERIMENT_COLUMNS))
                for n in ("50", "200")
            ),
        ],
    },
)
