"""What scrubbing says of each circuit, as circuits/README.md has it."""

from results.quotes.tables import header, line

COLUMNS = ("mean:,.1f", "tested:.0f", "kl:2", "random:2", "kept:3")
GROUPS, BELOW = "groups of units", "groups and the layer below"
READ = "what the MLP reads"
CURVES = "curve detectors"
HEADS, PREVIOUS = "induction heads", "previous-token heads"
WRITES, ATTENDS = "what the head writes", "attention"
NEURONS, CLUSTERS = "all neurons", "neurons by frequency"
WITHIN = "within 1% of the range"

CLAIMS = (
    ("scrub_mnist", "both groups of fc1: the likeness, within 0.01% of its range", GROUPS,
     "within 0.01% of the range"),
    ("scrub_mnist", "the same, within 0.1%", GROUPS, "within 0.1% of the range"),
    ("scrub_mnist", "within 1%", GROUPS, WITHIN),
    ("scrub_mnist", "within 10%", GROUPS, "within 10% of the range"),
    ("scrub_mnist", "within 1%, from a pooling layer of the same likeness", BELOW,
     "within 1%, from the pooling layer's"),
    ("scrub_mnist", 'wrong: the likeness to another "1", within 1%', GROUPS, 'another "1"'),
    ("scrub_mnist", "wrong: the amount of ink, within 1%", GROUPS, "ink"),
    ("scrub_mnist", "wrong: within 1%, shuffled", GROUPS, f"{WITHIN}, shuffled"),
    ("scrub_transformer", "second challenge, what the MLP reads: both sums, five nearest", READ,
     "both sums"),
    ("scrub_transformer", "wrong: one sum alone", READ, "one sum alone"),
    ("scrub_transformer", "wrong: the tokens as numbers", READ, "tokens as numbers"),
    ("scrub_transformer", "wrong: both sums, shuffled", READ, "both sums, shuffled"),
    ("scrub_addition", "modular addition, all neurons: a + b", NEURONS, "a + b"),
    ("scrub_addition", "the neurons of each frequency k: k (a + b)", CLUSTERS, "k (a + b)"),
    ("scrub_addition", "wrong: a - b", NEURONS, "a - b"),
    ("scrub_max_of_k", "max-of-K, what the head writes: the largest token", WRITES,
     "largest token"),
    ("scrub_max_of_k", "its attention: the place of the largest", ATTENDS, "place of the largest"),
    ("scrub_max_of_k", "its attention: the order of all tokens", ATTENDS, "order of all"),
    ("scrub_max_of_k", "wrong: the smallest token", WRITES, "smallest token"),
    ("scrub_max_of_k", "wrong: the place of the smallest", ATTENDS, "place of the smallest"),
    ("scrub_induction", "previous-token heads: nothing, the pattern of any sequence", PREVIOUS,
     "whatever the tokens"),
    ("scrub_induction", "induction heads: which positions match", HEADS, "which positions match"),
    ("scrub_induction", "wrong: which positions are matched", HEADS, "which are matched"),
    ("scrub_induction", "wrong: which positions match, shuffled", HEADS,
     "which positions match, shuffled"),
    ("scrub_curves", "each curve detector: the program's map, three nearest pictures", CURVES,
     "curves"),
    ("scrub_curves", "wrong: the program turned by 90 degrees", CURVES, "turned by 90 degrees"),
    ("scrub_curves", "wrong: shuffled", CURVES, "curves, shuffled"),
)  # fmt: skip
"""Run, what the table calls the claim, its group and its name."""

TABLE = [
    *header(
        "claim", "stand-ins", "tested, %", "KL recovered", "of any donors'", "labels kept",
    ),
    *(
        line(title, *(f"{{{run}[{group}/{name}].{column}}}" for column in COLUMNS))
        for run, title, group, name in CLAIMS
    ),
]  # fmt: skip

SENTENCES = (
    "n = {scrub_mnist.n:,} pictures, {scrub_transformer.n:,} and {scrub_addition.n:,} pairs, "
    "{scrub_max_of_k.n:,} and "
    "{scrub_induction.n:,} sequences, {scrub_curves.n:,} pictures",
)
