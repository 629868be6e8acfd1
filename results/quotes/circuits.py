"""What circuits/README.md quotes."""

from results.page import Page
from results.quotes import challenges, scrubs, tried
from results.quotes.tables import header, line, rows

BELOW = ["kl:2", "correlation:.2f", "constants:,.0f"]
NETWORKS = ("seed0", "seed1", "seed2", "published")

OVERVIEW = [
    *header(
        "circuit", "replaces", "KL recovered (held-out, n = {curve_detectors.n:d}, seed "
        "{curve_detectors.seed:d})", "correlation", "constants", "measured by",
    ),
    line(
        "`curve_detectors`", "ten units of InceptionV1's mixed3b, from pixels",
        *(f"{{curve_detectors[curves].{column}}}" for column in BELOW),
        "`python -m evals.curve_detectors`",
    ),
    line(
        "`curves_from_3a`", "the same, from mixed3a",
        *(f"{{curves_from_3a[curves_from_3a].{column}}}" for column in BELOW),
        "`python -m evals.curves_from_3a`",
    ),
]  # fmt: skip

LINEAR = "linear prediction from 3 x 3 cells of mixed3a"

FROM_BELOW = [
    *header("row", "KL recovered", "correlation", "constants"),
    *rows(
        "curves_from_3a",
        [
            (LINEAR, "linear"),
            ("**curves_from_3a**", "curves_from_3a"),
            (
                "all {derived[read units]:d} directions as measured, none fitted; squared error "
                "alone",
                "directions as measured",
            ),
            ("one loudness for all early curves, one for all lines", "all equally loud"),
            ("without lines", "without lines"),
            ("without early curves", "without early curves"),
            ("control: directions of mixed3a's units shuffled", "directions below shuffled"),
            ("control: units permuted", "units permuted"),
            ("control: turned by 90 degrees", "turned by 90 degrees"),
            ("control: turned by 180 degrees", "turned by 180 degrees"),
            ("control: program of another image", "program of another example"),
        ],
        BELOW,
    ),
]

SIXTEEN = [
    *header("row", "KL recovered", "correlation", "constants"),
    *rows("curves_from_3a_16", [(LINEAR, "linear")], BELOW),
    *rows("curves_from_3a_16", [("**curves_from_3a**", "curves_from_3a")], BELOW),
    *rows(
        "curve_detectors_16",
        [
            (
                "`curve_detectors`, from pixels (`python -m evals.curve_detectors --family 16`)",
                "curves",
            )
        ],
        BELOW,
    ),
    line(
        "control: turned by 90, by 180 degrees",
        *(
            f"{{curves_from_3a_16[turned by 90 degrees].{column}}}, "
            f"{{curves_from_3a_16[turned by 180 degrees].{column}}}"
            for column in BELOW[:2]
        ),
        "{curves_from_3a_16[turned by 90 degrees].constants:,.0f}",
    ),
]


def stacked(title: str, where: str, name: str, damage: str = "") -> str:
    """A line of the table of both layers."""
    return line(title, damage, *(f"{{{where}[{name}].{column}}}" for column in BELOW))


STACK = [
    *header("replaced", "KL damage of zeroing", "KL recovered", "correlation", "constants"),
    stacked(
        "`curves_from_3a`: {curves_from_3a.count:d} units of mixed3b", "curves_from_3a",
        "curves_from_3a", "{curves_from_3a.damage.kl:3}",
    ),
    stacked(
        "`early_curves`: {curves_from_3a.early_curves.count:d} units of mixed3a",
        "curves_from_3a.early_curves", "early_curves", "{curves_from_3a.early_curves.damage.kl:3}",
    ),
    stacked(
        "both", "curves_from_3a.both", "early_curves + curves_from_3a",
        "{curves_from_3a.both.damage.kl:3}",
    ),
    stacked(
        "control: `early_curves` turned by 90 degrees", "curves_from_3a.early_curves",
        "turned by 90 degrees",
    ),
    stacked(
        "control: both, `early_curves` turned", "curves_from_3a.both",
        "turned by 90 degrees + curves_from_3a",
    ),
    stacked(
        "control: both, `curves_from_3a` turned", "curves_from_3a.both",
        "early_curves + turned by 90 degrees",
    ),
    stacked("mean ablation of both", "curves_from_3a.both", "mean"),
]  # fmt: skip


def addition(title: str, name: str, constants: str = "", share: bool = True) -> str:
    """A line of the table of networks that add: KL recovered, and the share of cross-entropy."""
    cells = []
    for network in NETWORKS:
        row = f"modular_addition[{network}][{name}]"
        units = f"{{{row}.units:d}}: " if name == "neurons" else ""
        cells.append(f"{units}{{{row}.kl:.3f}}" + (f" / {{{row}.share:share}}" if share else ""))
    every = f"{{modular_addition.every[{name}].constants:range}}"
    failed = f"{{modular_addition[memorised][{name}].kl:3}}"
    if name == "neurons":
        failed = "none of {modular_addition[memorised][all neurons].units:d}"
    return line(title, *cells, failed, constants or every)


ADDITION = [
    *header("program", *NETWORKS, "memorised (KL)", "constants"),
    line(
        "key frequencies found",
        *(f"{{modular_addition[{network}].frequencies:d}}" for network in NETWORKS),
        "none", "",
    ),
    addition("neurons over 85% explained", "neurons", "{derived[constants a neuron]:d} a neuron"),
    addition("all {modular_addition[memorised][all neurons].units:d} neurons", "all neurons"),
    addition("MLP's output", "mlp"),
    addition("attention, published sinusoid", "attention"),
    addition("attention, mean pattern", "mean attention", share=False),
    addition("attention, all frequencies", "blended attention"),
    addition("whole network", "network"),
]  # fmt: skip

BOTH = "previous token + prefix matching"


def copied(title: str, name: str, spec: str = "3", constants: bool = True) -> str:
    """A line of the table of networks that do induction."""
    cells = [f"{{induction[{network}][{name}].kl:{spec}}}" for network in NETWORKS]
    every = f"{{induction.every[{name}].constants:range}}"
    return line(title, *cells, every if constants else "")


INDUCTION = [
    *header("program", *NETWORKS, "constants"),
    line(
        "heads found (block 0 / block 1)",
        *(f"{{derived[heads of {network}]}}" for network in NETWORKS), "",
    ),
    copied("previous token", "previous token"),
    copied("prefix matching", "prefix matching"),
    copied("both", BOTH),
    copied(
        "both, the second reading the first one's pattern", "previous token + composed matching"
    ),
    copied(
        "control: two back, and prefix matching", "two back + prefix matching", ".3f",
        constants=False,
    ),
    copied("control: two back", "two back", ".2f", constants=False),
    copied("control: attend to the same token", "duplicate", ".2f", constants=False),
]  # fmt: skip

OURS = NETWORKS[:3]


def largest(title: str, name: str, spec: str, note: bool = False) -> str:
    """A line of the table of networks that find the largest."""
    cells = []
    for network in OURS:
        row = f"max_of_k[{network}][{name}]"
        cells.append(f"{{{row}.kl:{spec}}}" + (f"; {{{row}.wrong}} wrong" if note else ""))
    return line(title, *cells, f"{{max_of_k.every[{name}].constants:range}}")


MAX_OF_K = [
    *header("program", *OURS, "constants"),
    largest("attention by token order", "ordered", "near1?"),
    largest("copying", "copying", "near1?"),
    largest("both", "ordered + copying", ".near1", note=True),
    largest("attend to the largest, and copying", "largest + copying", ".near1", note=True),
    line(
        "the networks themselves",
        *(f"{{weights[max_of_k_{network}].all_mistakes:.0f}} wrong" for network in OURS), "",
    ),
    largest("control: even attention, and copying", "evenly + copying", ".2f"),
]  # fmt: skip

SENTENCES = (
    "`python -m evals.eis_vii_mnist` ({eis_vii_mnist.first.n:,} test pictures; constants fitted on "
    "the first {eis_vii_mnist.first.design:,} training pictures).",
    "`curves_from_3a` reads {derived[read units]:d} of mixed3a's 256 units: "
    "{derived[early curves]:d} early curves and {derived[lines]:d} lines.",
    "the program's weights correlate {derived[read-out, least]:.2f} (unit "
    "{derived[read-out, least unit]:d}) to {derived[read-out, most]:.2f} "
    "({derived[read-out, most unit]:d}) with the network's expanded weights, "
    "{derived[read-out, mean]:.2f} in the mean (`read_out.png`).",
    "and those of {derived[read-out, next units]:and} are met little better (correlation "
    "{derived[read-out, next]:range .2f}).",
    "The activations of {derived[worst from below, units]:and} are predicted worst "
    "({derived[worst from below]:range .2f}).",
    "Of the {curves_from_3a[curves_from_3a].constants:d} constants "
    "{derived[constants of read units]:d} say which",
    "The fit moves the measured direction by {derived[turn of early curves]:.0f} degrees in the "
    "median for early curves and by {derived[turn of lines]:.0f} for lines.",
    "(`--family {curves_from_3a_16.count:d}`; next in rank are {derived[next in rank]:d}; zeroing "
    "costs KL {curves_from_3a_16.damage.kl:3}):",
    "Units {derived[worst of sixteen, units]:and} (correlation "
    "{derived[worst of sixteen]:range .2f}) are predicted worst.",
    "units {derived[worst early, units]:and} are no plain lines or curves (correlation "
    "{derived[worst early]:range .2f}).",
    "(held-out half, n = {modular_addition.first.n:,}, design half "
    "{modular_addition.first.design:,}, seed {modular_addition.first.seed:d}; over all 12,769 "
    "pairs the numbers agree to {derived[apart from all pairs]:.2f}).",
    "pairs right with two frequencies, {modular_addition[no_weight_decay].frequencies:and}.",
    "stopped at {weights[modular_addition_memorised].train_accuracy:.0%} of its training pairs and "
    "{weights[modular_addition_memorised].test_accuracy:.0%} of the others.",
    "`python -m evals.induction` (n = {induction.first.n:,} held-out sequences, seed "
    "{induction.first.seed:d}).",
    "where the second one reads the first one's pattern, it costs "
    "{induction[seed0][two back + composed matching].kl:.1f}.",
    f"is better than its own (nll recovered {{induction[published][{BOTH}].nll:.2f}}):",
    "`python -m evals.max_of_k` (n = {max_of_k.first.n:,} held-out sequences of 4 of 64 tokens, "
    "seed {max_of_k.first.seed:d}).",
    "the logits' correlation is {derived[correlation of copied logits]:range .2f}, so copying",
)

KNOWN = {
    "the likeness, within 0.01% of its range": "a width that was chosen",
    "the same, within 0.1%": "likewise",
    "| within 1%": "likewise",
    "| within 10%": "likewise",
    'another "1", within 1%': "likewise",
    "ink, within 1%": "likewise",
    "wrong: within 1%": "likewise",
    "95, 95, 93, 64 and 50% of the labels within 0.01, 0.1, 1 and 10%": "published",
    "12,769 pairs": "113 squared",
    "16,777,216 sequences": "64 to the 4th",
    "(seed 0, 95% intervals; left": "level of all intervals",
    "margin of 10% of the damage": "the margin of Report.equivalence",
    "over 85% explained": "the threshold of arXiv 2301.05217 (circuits/modular_addition/fit.py)",
    "more than 100% of the loss": "all of it",
}

PAGE = Page(
    "circuits/README.md",
    (*SENTENCES, *scrubs.SENTENCES),
    {
        "overview": OVERVIEW, "curves_from_3a": FROM_BELOW, "sixteen": SIXTEEN, "layers": STACK,
        "modular_addition": ADDITION, "induction": INDUCTION, "max_of_k": MAX_OF_K,
        "eis_vii_mnist": challenges.MNIST, "eis_vii_mnist_groups": challenges.MNIST_GROUPS,
        "eis_vii_transformer": challenges.TRANSFORMER, "scrubs": scrubs.TABLE,
        "tried": tried.TABLE,
    },
)  # fmt: skip
