"""The table of how hard each program was tried."""

from results.quotes.tables import header, line

PROGRAMS = (
    ("curve detectors from pixels", "curve_detectors", "whole"),
    ("curve detectors from mixed3a", "curves_from_3a", "whole"),
    ("modular addition: neurons", "modular_addition", "neurons"),
    ("its MLP's output", "modular_addition", "mlp"),
    ("its attention", "modular_addition", "attention"),
    ("the whole network", "modular_addition", "whole"),
    ("induction: previous-token heads", "induction", "previous-token_heads"),
    ("induction heads", "induction", "induction_heads"),
    ("both", "induction", "whole"),
    ("max-of-K: attention", "max_of_k", "attention"),
    ("copying", "max_of_k", "copying"),
    ("both", "max_of_k", "whole"),
    ("MNIST: units like the 1", "eis_vii_mnist", "units_like_the_1"),
    ("units like its inverse", "eis_vii_mnist", "units_like_its_inverse"),
    ("both groups", "eis_vii_mnist", "both_groups"),
    ("the logits", "eis_vii_mnist", "whole"),
    ("second challenge: attention", "eis_vii_transformer", "attention"),
    ("what the MLP reads", "eis_vii_transformer", "what_the_MLP_reads"),
    ("MLP", "eis_vii_transformer", "MLP"),
    ("all of it", "eis_vii_transformer", "whole"),
)
"""What the table calls a program, its run, and the folder of its report."""


def _line(title: str, run: str, where: str) -> str:
    found = f"{run}.tried[{where}]"
    shuffled = f"{found}.shuffles[0]"
    return line(
        title,
        f"{{{found}.program:2?}}",
        f"{{{found}.constant:2?}}",
        f"{{{found}.above:2?}}",
        f"{{{shuffled}.median:.2f}}, {{{shuffled}.most:.2f}}",
        f"{{{shuffled}.p:~.2g}}",
        f"{{{found}.halves:2?}}",
        f"{{{found}.verdict}}",
        f"{{{found}.untrained:2?}}",
    )


TABLE = [
    *header(
        "program", "KL recovered", "best constant", "above it", "shuffled: median, best", "p",
        "halves add up", "against intact", "random parameters",
    ),
    *(_line(*program) for program in PROGRAMS),
]  # fmt: skip
