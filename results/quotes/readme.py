"""What README.md quotes."""

from results.page import Page
from results.quotes.tables import header, line, rows

LADDER = (
    "zero", "mean", "position mean", "best constant", "resample", "linear", "lines alone",
    "without colour", "without centring", "without scale", "curves", "curves, recalibrated",
    "program of another example", "units permuted", "edge energy", "turned by 90 degrees",
    "turned by 180 degrees",
)  # fmt: skip

CURVES = [
    *header("row", "KL recovered", "nll recovered", "correlation", "constants", "bits"),
    *rows(
        "curve_detectors",
        [(f"**{name}**" if name == "curves" else name, name) for name in LADDER],
        ["kl:2", "nll:2", "correlation:.2f", "constants:,.0f", "bits:,.0f"],
    ),
]


def seeds(where: str, spec: str) -> str:
    """KL recovered of a row in the three networks of our own."""
    return ", ".join(f"{{{where.format(f'seed{i}')}.kl:{spec}}}" for i in range(3))


MEMORISED, PUBLISHED = "modular_addition[memorised]", "modular_addition[published]"
BOTH = "previous token + prefix matching"

TRANSFORMERS = [
    *header(
        "circuit", "networks", "KL recovered, seed 0, 1, 2", "published network", "constants",
        "where it fails",
    ),
    line(
        "modular addition: the whole network as sum of alpha_k cos(w_k (a + b - c))",
        "p = {modular_addition.first.count:d}, n = {modular_addition.first.n:,}",
        seeds("modular_addition[{}][network]", "3?"),
        f"{{{PUBLISHED}[network].kl:3?}}",
        "{modular_addition.every[network].constants:range}, of "
        "{modular_addition.first.natural.constants:,.0f}",
        f"a network that memorised: {{{MEMORISED}[network].kl:2}}",
    ),
    line(
        "its MLP neurons as polynomials of one frequency (all "
        "{modular_addition[memorised][all neurons].units:d})",
        "",
        seeds("modular_addition[{}][all neurons]", "3?"),
        f"{{{PUBLISHED}[all neurons].kl:3?}}",
        "{modular_addition.every[all neurons].constants:range}",
        f"memorised: {{{MEMORISED}[all neurons].kl:2}}",
    ),
    line(
        "its MLP's output as waves of a + b",
        "",
        seeds("modular_addition[{}][mlp]", "3?"),
        f"{{{PUBLISHED}[mlp].kl:3?}}",
        "{modular_addition.every[mlp].constants:range}",
        f"memorised: {{{MEMORISED}[mlp].kl:2}}",
    ),
    line(
        "its attention as the published sinusoid",
        "",
        seeds("modular_addition[{}][attention]", "3?"),
        f"{{{PUBLISHED}[attention].kl:3?}}",
        "{modular_addition.every[attention].constants:range}",
        f"memorised: {{{MEMORISED}[attention].kl:.2f}}, the mean pattern alone "
        f"{{{MEMORISED}[mean attention].kl:.2f}}",
    ),
    line(
        "induction: previous-token and induction heads as programs of the tokens",
        "n = {induction.first.n:,}",
        seeds(f"induction[{{}}][{BOTH}]", "3"),
        f"{{induction[published][{BOTH}].kl:3}}",
        f"{{induction.every[{BOTH}].constants:range}}",
        "two back: {induction[seed0][two back].kl:.1f} alone",
    ),
    line(
        "max-of-4: attention by token order, output by copying",
        "n = {max_of_k.first.n:,}",
        seeds("max_of_k[{}][ordered + copying]", "3?"),
        "-",
        "{max_of_k.every[ordered + copying].constants:range}",
        "even attention: {max_of_k[seed0][evenly + copying].kl:.2f}",
    ),
]  # fmt: skip

SPEED = [
    *header("what", "command", "result"),
    line(
        "{replacements[replacements]:.0f} replacements on {replacements[images]:.0f} images, "
        "against PyTorch hooks that re-run the model",
        "`python -m benchmarks.replacements --images 60`",
        "{replacements[ratio]:.2f} times faster",
    ),
    line(
        "prefix of InceptionV1 to mixed3b, against the better PyTorch layout",
        "`python -m benchmarks.inception_throughput`",
        "{inception_throughput[prefix ratio]:.1f} times ({inception_throughput[prefix aann]:.1f} "
        "and {inception_throughput[prefix torch]:.1f} images/s)",
    ),
    line(
        "suffix from there",
        "the same",
        "{inception_throughput[suffix ratio]:.2f} times ({inception_throughput[suffix aann]:.1f} "
        "and {inception_throughput[suffix torch]:.1f}), "
        "{inception_throughput[suffix by hand]:.2f} of a hand-written split",
    ),
    line(
        "ablating each of {neuron_sweep[neurons]:.0f} neurons over {neuron_sweep[pairs]:,.0f} "
        "pairs, against PyTorch hooks that re-run the model",
        "`python -m benchmarks.neuron_sweep`",
        "{neuron_sweep[ratio]:.0f} times faster, {neuron_sweep[ms]:.2f} ms a neuron (the suffix is "
        "found to be linear there); without that shortcut {neuron_sweep[suffix ratio]:.0f} times",
    ),
    line(
        "{bootstrap[draws]:,.0f} draws over {bootstrap[examples]:,.0f} examples and "
        "{bootstrap[metrics]:.0f} metrics",
        "`python -m benchmarks.bootstrap`",
        "best of {bootstrap[repeats]:.0f} runs {bootstrap[best]:.1f} s, median "
        "{bootstrap[median]:.1f} s",
    ),
    line(
        "{scrubbing[samples]:,.0f} scrubs of the MNIST network, with baselines and intervals, "
        "against capturing donors run by run, without",
        "`python -m benchmarks.scrubbing`",
        "{scrubbing[aann]:.1f} s, {scrubbing[first]:.1f} s the first time, and "
        "{scrubbing[by_hand]:.1f} s",
    ),
    line(
        "steps of feature visualisation, one picture ({visualisation[pictures]:.0f} together), "
        "against PyTorch as Lucent does it",
        "`python -m benchmarks.visualisation`",
        "{visualisation[one ratio]:.2f} times as many a second ({visualisation[all ratio]:.2f})",
    ),
    line(
        "optimised pictures of {curve_pictures[units]:.0f} curve detectors, against the best of "
        "{curve_pictures[pictures]:,.0f} photographs",
        "`python -m benchmarks.curve_pictures`",
        "{curve_pictures[channel least]:.1f} to {curve_pictures[channel most]:.1f} times a "
        "channel's mean, {curve_pictures[cell least]:.1f} to {curve_pictures[cell most]:.1f} times "
        "its strongest cell; other units find the curve within 15 degrees in "
        "{curve_pictures[near]:.0f} of {curve_pictures[units]:.0f}",
    ),
    line(
        "`import aann` after `import jax`",
        "`python -m benchmarks.import_time`",
        "{import_time[ratio]:.2f} times as long ({import_time[first use]:.2f} more where "
        "something is evaluated for the first time)",
    ),
]

SENTENCES = (
    "of the whole network that adds, 2, 3 and 4 frequencies with one digit each recover "
    "{pareto[2 frequencies, 1 digit].kl:3?}, {pareto[3 frequencies, 1 digit].kl:3?} and "
    "{pareto[4 frequencies, 1 digit].kl:3?} of KL for {pareto[2 frequencies, 1 digit].bits:,.0f}, "
    "{pareto[3 frequencies, 1 digit].bits:,.0f} and {pareto[4 frequencies, 1 digit].bits:,.0f} "
    "bits; seed 0, held-out n = {pareto.n:,},",
    "`make eval` (imagenet_samples, held-out half, n = {curve_detectors.n:d}, seed "
    "{curve_detectors.seed:d}, 95% studentised",
    "the ten curve detectors of mixed3b that the finder returns ({curve_detectors.units:d}).",
    "Zeroing them costs KL {curve_detectors.damage.kl:3} nats.",
    "The units themselves take {curve_detectors.natural.constants:,.0f} weights "
    "({curve_detectors.natural.bits:,.0f} bits).",
    "scale is worth {compare[without scale]:3} of KL, colour {compare[without colour]:3}, centring "
    "{compare[without centring]:3}.",
    "The metric is forgiving: ten constants recover {curve_detectors[best constant].kl:2}, wrong "
    "programs up to {derived[best control]:.2f}.",
    "What the program knows of the pictures is the {curve_detectors.tried[whole].above:2} above "
    "the best constant.",
    "Of {curve_detectors.tried[whole].shuffles[0].n:d} programs with its units permuted the median "
    "recovers {curve_detectors.tried[whole].shuffles[0].median:.2f} and the best "
    "{curve_detectors.tried[whole].shuffles[0].most:.2f}, on "
    "{curve_detectors.tried[whole].shuffles[0].examples:d} pictures on which it recovers "
    "{curve_detectors.tried[whole].shuffles[0].program:.2f} (p = "
    "{curve_detectors.tried[whole].shuffles[0].p:~.2g}).",
    "It leaves {curve_detectors.tried[whole].gap:~.2g} nats (90% interval)",
    "which way {derived[read units]:d} of its units face,",
    "It recovers {curves_from_3a[curves_from_3a].kl:2} of KL (correlation "
    "{curves_from_3a[curves_from_3a].correlation:.2f}, "
    "{curves_from_3a[curves_from_3a].constants:d} constants;",
    "a linear prediction from mixed3a with {curves_from_3a[linear].constants:,.0f} numbers "
    "{curves_from_3a[linear].kl:2}\n(",
    "its loss is {modular_addition[seed0][network].share:.2f}, "
    "{modular_addition[seed1][network].share:.2f} and "
    "{modular_addition[seed2][network].share:.2f} of the intact networks' "
    "({modular_addition[published][network].share:.3f} of the published one's)",
    "with wrong frequencies the same program recovers "
    "{modular_addition.first[other frequencies].kl:.2f} and correlates "
    "{modular_addition.first[other frequencies].correlation:.2f} (right ones "
    "{modular_addition.first[network].correlation:.2f}).",
)

KNOWN = {
    "95% studentised": "level of all intervals",
    "(90% interval)": "level of two one-sided tests of 5%",
    "10% of the damage": "the margin of Report.equivalence",
    "95% intervals": "level of all intervals",
    "10,000 draws": "default of the bootstrap",
    "some 7 minutes on 2 cores": "by the clock, to plan by",
    "(1.5 minutes after the install)": "by the clock, to plan by",
    "Python 3.11": "what the project asks for",
    "`evals.power REPORT --from 0.85 --to 0.90`": "an example of arguments",
    "more than 100%": "all of the loss",
    "--units 343,415`": "an example of arguments",
}

CHALLENGES = [
    *header("challenge of EIS VII", "program", "labels as the network (held out)", "KL recovered"),
    line(
        "MNIST, n = {eis_vii_mnist.first.n:,}", "the published rule",
        "{eis_vii_mnist.challenge[published rule].agreement:3}",
        "{eis_vii_mnist.challenge[published rule].kl:2}",
    ),
    line(
        "",
        "a V of the clue and slow waves, {eis_vii_mnist.challenge[V of the clue and waves up "
        "to 5].besides:d} numbers besides the clue",
        "{eis_vii_mnist.challenge[V of the clue and waves up to 5].agreement:3}",
        "{eis_vii_mnist.challenge[V of the clue and waves up to 5].kl:3}",
    ),
    line(
        "", "a V of a drawn stroke, {eis_vii_mnist.challenge[V of a stroke].constants:d} numbers",
        "{eis_vii_mnist.challenge[V of a stroke].agreement:3}",
        "{eis_vii_mnist.challenge[V of a stroke].kl:3}",
    ),
    line(
        "transformer, n = {eis_vii_transformer.first.n:,}", "an AND of two sums of look-ups",
        "{eis_vii_transformer.labels[two thresholds].agreement:3}",
        "{eis_vii_transformer[seed0][two thresholds].kl:2}",
    ),
    line(
        "", "three curves and a bit for each A and part; of the *true* labels "
        "{eis_vii_transformer.labels[bits in three regions].truth:3}, the published network "
        "{eis_vii_transformer.labels[published].truth:3}",
        "{eis_vii_transformer.labels[bits in three regions].agreement:3}",
        "{eis_vii_transformer[seed0][bits in three regions].kl:2}",
    ),
]  # fmt: skip

PAGE = Page(
    "README.md",
    SENTENCES,
    {"curves": CURVES, "transformers": TRANSFORMERS, "speed": SPEED, "challenges": CHALLENGES},
)
