"""What circuits/README.md quotes of the two challenges."""

from results.quotes.tables import header, line

MNIST_ROWS = (
    ("the published rule", "published rule"),
    ("a V of the clue", "V of the clue"),
    ("**a V of the clue and slow waves**", "V of the clue and waves up to 5"),
    ("a V of a straight stroke", "V of a straight stroke"),
    ("a V of a stroke of two weights", "V of a stroke"),
    ("a V of that stroke and slow waves", "V of a stroke and waves up to 5"),
    ("a V of blocks of 4 pixels", "V of blocks of 4 px"),
    ("a V of waves up to 9", "V of waves up to 9"),
    ("a V of waves up to 13", "V of waves up to 13"),
    ("bound: a pixel template for each arm", "V of two templates"),
    ("bound: a small network of the same reads", "small network of the reads"),
    ("bound: a convolutional network", "convolutional network of the pixels"),
    ("control: pixels of the clue in random order", "V of the clue, pixels in random order"),
    ("control: the clue moved by 3 pixels", "V of the clue moved by 3 px"),
    ('control: another "1"', 'V of another "1"'),
    ("control: thresholds swapped", "V of the clue, thresholds swapped"),
)
GROUPS = (
    ("units like the 1: a gain and a threshold each", "units like the 1/like the 1"),
    ("units like its inverse", "units like its inverse/like its inverse"),
    ("both groups", "both groups/like the 1 + like its inverse"),
    ("both, one threshold a group",
     "both groups/like the 1, one arm + like its inverse, one arm"),
    ("control: the template mirrored", "both groups/like the 1, template mirrored + "
     "like its inverse, template mirrored"),
)  # fmt: skip

MNIST = [
    *header("in place of the logits", "labels as the network", "KL recovered", "constants",
            "besides the clue"),
    *(
        line(
            title,
            *(
                f"{{eis_vii_mnist.challenge[{name}].{column}}}"
                for column in ("agreement:3", "kl:3", "constants:,.0f", "besides:,.0f")
            ),
        )
        for title, name in MNIST_ROWS
    ),
]  # fmt: skip

MNIST_GROUPS = [
    *header("in place of units of `fc1`", "KL recovered", "constants"),
    *(
        line(title, *(f"{{eis_vii_mnist[published][{name}].{c}}}" for c in ("kl:3", "constants:d")))
        for title, name in GROUPS
    ),
]

TRANSFORMER_ROWS = (
    ("attention fixed to its mean", "mean attention"),
    ("what the MLP reads: look-ups in 4 directions", "look-ups in 4 directions"),
    ("the MLP: two planes of that", "two planes of what the MLP reads"),
    ("**all of it: an AND of two sums of look-ups**", "two thresholds"),
    ("one sum alone", "one threshold"),
    ("three sums", "three thresholds"),
    ("B by a straight line", "B by 2 knots"),
    ("32 kinds of A, B by 5 knots", "32 kinds of A, B by 5 knots"),
    ("8 kinds of A, B by 5 knots", "8 kinds of A, B by 5 knots"),
    ("three curves and a bit for each A and part", "bits in three regions"),
)
CONTROLS = (
    ("control: either of two sums, an OR fitted as well", "either of two thresholds, OR"),
    ("control: look-ups shuffled over tokens", "thresholds/look-ups shuffled over tokens"),
)

TRANSFORMER = [
    *header(
        "program", "KL recovered, seed0", "seed1", "constants", "labels as the network (seed0)",
        "as the truth",
    ),
    *(
        line(
            title,
            f"{{eis_vii_transformer[seed0][{name}].kl:2}}",
            f"{{eis_vii_transformer[seed1][{name}].kl:2}}",
            f"{{eis_vii_transformer[seed0][{name}].constants:,.0f}}",
            f"{{eis_vii_transformer.labels[{name}].agreement:3}}",
            f"{{eis_vii_transformer.labels[{name}].truth:3}}",
        )
        for title, name in TRANSFORMER_ROWS
    ),
    *(
        line(
            title,
            f"{{eis_vii_transformer[seed0][{name}].kl:2}}",
            f"{{eis_vii_transformer[seed1][{name}].kl:2}}",
            f"{{eis_vii_transformer[seed0][{name}].constants:,.0f}}",
            "", "",
        )
        for title, name in CONTROLS
    ),
    line("the network itself", "", "", "", "", "{eis_vii_transformer.labels[network].truth:3}"),
    line(
        "the published network", "", "", "", "{eis_vii_transformer.labels[published].agreement:3}",
        "{eis_vii_transformer.labels[published].truth:3}",
    ),
]  # fmt: skip
