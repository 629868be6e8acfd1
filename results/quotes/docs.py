"""What the pages of docs/ quote."""

from results.page import Page
from results.quotes import planted, statistics

CLUSTERS = Page(
    "docs/clusters.md",
    (
        "`python -m benchmarks.devices --images 24 --repeats 3`, InceptionV1 on two shared cores, "
        "which leave nothing to gain: {devices[2 devices]:.2f} times as fast on 2 devices that XLA "
        "makes of them as on one, {devices[4 devices]:.2f} on 4, {devices[2 processes]:.2f} in 2 "
        "processes; KL of an image moves by at most {devices[moved]:.1e} nats.",
        "`python -m evals.curve_detectors --limit 32 --bf16` (n = {curve_detectors_bf16.n:d} held "
        "out, seed {curve_detectors_bf16.seed:d}, 95% intervals):",
        "recovered of the program minus that in float32: kl "
        "{curve_detectors_bf16.precision[kl]:~+.2g}, nll "
        "{curve_detectors_bf16.precision[nll]:~+.2g}, ...",
    ),
)
RESUME = Page(
    "docs/resume.md",
    (
        "as part of a budget of {memory[budget in MiB]:.0f} MiB: {memory[1 times]:.2f} for "
        "prefixes of that size, {memory[10 times]:.2f} for ten times as much.",
    ),
)
PATCHING = Page(
    "docs/patching.md",
    tuple(
        f"{name}: activation patching {{patching[{run} heads]:.2f}}, over more places "
        f"{{patching[{run} streams]:.2f}} and {{patching[{run} heads_by_position]:.2f}}, "
        f"attribution {{patching[{run} attribution]:.2f}}, direct attribution "
        f"{{patching[{run} direct]:.2f}}, lens {{patching[{run} lens]:.2f}}, head scores "
        f"{{patching[{run} scores]:.2f}} of TransformerLens"
        for name, run in (
            ("the zoo's induction model", "induction"),
            ("the shape of `attn-only-2l` with random weights", "attn-only-2l"),
        )
    ),
)
PAGES = (CLUSTERS, RESUME, PATCHING, statistics.PAGE, statistics.AGREEMENT_PAGE, planted.PAGE)

KNOWN = {
    "docs/clusters.md": {
        "agree within 1e-6, or 1e-6 of the largest loss": "held by tests/machine_devices.py",
        "to 1e-5 in the tests": "held by tests/machine_devices.py",
        "at most 134 MB": "8 bytes for each pair of 4,096 features (aann.evaluation.fit)",
        "95% intervals": "level of all intervals",
    },
    "docs/concepts.md": {"95% bootstrap intervals": "level of all intervals"},
    "docs/errors/constant.md": {"within 32 bits": "the size of an integer"},
    "docs/errors/program-nan.md": {"jnp.maximum(x, 1e-6)": "code"},
    "docs/errors/row-names.md": {"gain=-0.5": "code"},
    "docs/errors/settings.md": {
        "95% interval are the 2.5% tails": "level of all intervals",
        "default of 10,000": "default of the bootstrap",
    },
    "docs/errors/site-ignored.md": {"meaningless 100%": "all of the loss"},
    "docs/errors/not-finite-examples.md": {"above / below, 0.0)": "code"},
    "docs/controls.md": {
        "up to 4,096 of them": "MOST of aann.evaluation.best_constant",
        "mixing=(0.25, 0.5, 0.75)": "code",
    },
    "docs/refit.md": {"with 63% of the examples": "1 - 1/e"},
    "docs/shuffles.md": {
        "arXiv 2410.13032": "its number",
        "at most 0.05 in 5% of cases": "what p means",
    },
    "docs/agreement.md": statistics.AGREEMENT_KNOWN,
    "docs/statistics.md": statistics.KNOWN,
    "docs/visualise.md": {"`low_high=(0.0, 1.0)`": "code", "--units 343,415 --out DIR`": "code"},
    "docs/scrubbing.md": {
        "`Within(0.1)`": "code",
        '`Within(0.1, "gaussian")`': "code",
    },
    "docs/planted.md": {
        "one direction by 5 to 80%": "JITTER of benchmarks.planted.programs",
        "nominally 95%": "level of all intervals",
    },
    "docs/resume.md": {"up to 4 GiB": "default of aann.machine"},
    "docs/your_images.md": {"(1.3 GB and 1.6 GB)": "as tensorflow-datasets states them"},
}
