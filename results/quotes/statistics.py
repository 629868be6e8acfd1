"""What docs/statistics.md quotes."""

from results.page import Page

SIZES = (50, 100, 200, 500, 2000)
MADE = ("lognormal", "pareto", "zero-inflated", "normal")
REAL = {
    "curve_detectors": "curve detectors",
    "induction": "induction",
    "max_of_k": "max of K",
    "modular_addition": "modular addition",
}
WHAT = {"recovered": "recovered", "difference": "difference of two", "damage": "damage"}


def _line(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _header(first: str, sizes: tuple[int, ...] = SIZES) -> list[str]:
    return [_line(first, [f"n = {n:,}" for n in sizes]), "|---" * (len(sizes) + 1) + "|"]


def _cell(key: str, spec: str = ".1f") -> str:
    return f"{{coverage[{key}]:{spec}}}"


COVERAGE = [
    *_header("losses, statistic"),
    *(
        _line(
            f"{shown}, {said}",
            [
                f"{_cell(f'{name} {what} n={n} bca')} → {_cell(f'{name} {what} n={n} studentised')}"
                for n in SIZES
            ],
        )
        for name, shown in {**{m: m for m in MADE}, **REAL}.items()
        for what, said in WHAT.items()
        if name in MADE or what != "damage"
    ),
]
METHODS = [
    *_header("method"),
    *(
        _line(
            f"`{method}`",
            [
                f"{_cell(f'lognormal recovered n={n} {method}')} "
                f"({_cell(f'lognormal recovered n={n} {method} width', '.2f')})"
                for n in SIZES
            ],
        )
        for method in ("studentised", "fieller", "bootstrap-t", "percentile", "bca")
    ),
]
SIDES = [
    *_header("lognormal losses, recovered 0.87"),
    *(
        _line(
            f"{said}, `{method}`",
            [_cell(f"lognormal recovered n={n} {method} {side}") for n in SIZES],
        )
        for method in ("bca", "studentised")
        for side, said in (("too low", "interval too low"), ("too high", "too high"))
    ),
]
ZERO = [
    *_header("losses", (20, *SIZES)),
    *(
        _line(
            name,
            [
                f"{_cell(f'zero {name} n={n} before')} → {_cell(f'zero {name} n={n}')}"
                for n in (20, *SIZES)
            ],
        )
        for name in MADE
    ),
]
AGREEMENT = [
    *_header("loudness of examples, measure"),
    *(
        _line(
            f"{name}, {said}",
            [_cell(f"agreement {name} {measure} n={n}") for n in SIZES],
        )
        for name in ("alike", "lognormal", "one in a hundred louder")
        for measure, said in (
            ("correlation", "correlation"), ("r2", "R²"), ("robust", "robust correlation"),
        )
    ),
]  # fmt: skip
PAGE = Page(
    "docs/statistics.md",
    (
        "from populations whose truth is known, {coverage[experiments]:,.0f} experiments a "
        "number, so that 95% is known to within {coverage[error]:.1f}%. Made-up",
        "With 20 examples it is {coverage[lognormal recovered n=20 bca]:.1f} → "
        "{coverage[lognormal recovered n=20 studentised]:.1f} (lognormal), "
        "{coverage[pareto recovered n=20 bca]:.1f} → "
        "{coverage[pareto recovered n=20 studentised]:.1f} (Pareto) and "
        "{coverage[normal recovered n=20 bca]:.1f} → "
        "{coverage[normal recovered n=20 studentised]:.1f} (normal).",
        "a percentile interval whose level a second bootstrap sets covers "
        "{coverage[lognormal recovered n=50 calibrated]:.1f}, "
        "{coverage[lognormal recovered n=100 calibrated]:.1f} and "
        "{coverage[lognormal recovered n=200 calibrated]:.1f}% of the same at n = 50, 100 and 200",
        "the best one's own interval holds the truth in {coverage[best of 20, own]:.0f}% of "
        "experiments (n = 200), the simultaneous one in {coverage[best of 20, at once]:.0f}%, its "
        "own on held-out examples in {coverage[best of 20, held out]:.0f}%.",
        "over the donors as well in {coverage[donors 12]:.0f}, {coverage[donors 50]:.0f} and "
        "{coverage[donors 250]:.0f}% of experiments with pools of 12, 50 and 250",
    ),
    {"coverage": COVERAGE, "methods": METHODS, "sides": SIDES, "zero": ZERO},
)
AGREEMENT_PAGE = Page("docs/agreement.md", (), {"agreement": AGREEMENT})
AGREEMENT_KNOWN = {
    "| n = 50 | n = 100 | n = 200 | n = 500 | n = 2,000 |": "sizes of experiments",
    "95% intervals": "level of all intervals",
    "correlation 0.7;": "of the benchmark's programs",
    "up to 256 MB": "KEPT of aann.evaluation.sums",
    "recovers 0.97 may": "an example",
    "one-sided bounds at 95%": "level of all tests",
    "error of 1% of its": "DISTORTION of aann.statistics.agreement",
    "/ D) / 2 bits a value": "a formula",
    "takes 3.3 bits": "log2(100) / 2",
    "section 10.3": "of the book",
}
KNOWN = {
    "| n = 50 | n = 100 | n = 200 | n = 500 | n = 2,000 |": "sizes of experiments",
    "| n = 20 |": "a size of experiments",
    "experiments (n = 200)": "a size of experiments",
    "n = 50, 100 and 200": "sizes of experiments",
    "resampled 10,000 times": "default of the bootstrap",
    "so that 95% is": "level of all intervals",
    "(index 2.5)": "of the benchmark's populations",
    "noise (0.8)": "of the benchmark's populations",
    "losses, recovered 0.87": "of the benchmark's programs",
    "95% intervals": "level of all intervals",
    "95% confidence": "level of all intervals",
    "93 to 97%": "what was aimed at",
    "nominally 2.5%": "a tail of 95%",
    "sigma 1.5": "of the benchmark's populations",
}
