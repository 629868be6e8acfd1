"""What the modular addition evaluation shows beside its bars: arrays first, figures from them."""

import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

import aann
import zoo
from aann.data.batches import batches
from aann.vis import fourier as vis
from aann.vis.caption import captioned
from circuits.modular_addition import fourier
from circuits.modular_addition.evidence import PATTERN, POST
from evals.modular_addition.case import Case
from zoo.checkpoints.torch_file import read_torch
from zoo.files import assets

NEURONS = 4
BATCH = 1024
PROGRESS = "modular_addition_{}_progress.json"
CHECKPOINTS = {
    "published": "wd_10-1_mod_addition_loss_curve.pth",
    "no_weight_decay": "mod_addition_no_wd.pth",
}
"""Published files that hold the losses of their training, one a step."""
POINTS = 400
CAPTIONS = {
    "spectra": "How much of the embedding, and of what neurons write to the logits, is at each "
    "frequency over the residues: every frequency, those of the program marked.",
    "neurons": "Neurons over all pairs, the network's, the program's and their difference: for "
    "each key frequency, strongest first, the neuron of largest spread of those that it explains, "
    f"{NEURONS} at most.",
    "heads": "Attention of every head over all pairs, the network's, the program's and their "
    "difference. Nothing was picked.",
    "training": "Losses and progress measures while the networks were trained: every network of "
    "the tables whose training was recorded.",
}


def arrays(case: Case, population: aann.Examples) -> dict[str, np.ndarray]:
    """Spectra, and natural and artificial neurons and heads over the plane of all pairs.

    Args:
        case: the network and its programs.
        population: all pairs, a first, then b.
    """
    found = {
        "key_frequencies": np.asarray(case.frequencies),
        "embedding_shares": fourier.shares(case.model.params["embed"]["W_E"][:-1].T),
        "logit_shares": fourier.shares(fourier.neuron_to_logit(case.model.params)),
    }
    everything, heads = case.circuit("all neurons"), case.circuit("attention")
    if everything is not None:
        chosen, titles = _typical(case, everything.main)
        picked = _planes(case.model, everything.main, POST, population)
        found["natural_neurons"], found["artificial_neurons"] = (x[chosen] for x in picked)
        found["neuron_titles"] = np.asarray(titles)
    if heads is not None:
        blended = next(p for p in heads.others if p.name == "blended attention")
        natural, artificial = _planes(case.model, blended, PATTERN, population)
        found["natural_heads"], found["artificial_heads"] = natural, artificial
        found["head_titles"] = np.asarray(
            [f'head {h}: attention from "=" to a' for h in range(len(natural))]
        )
    return found


def draw(found: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    """Figures of the arrays."""
    keys = [int(k) for k in found["key_frequencies"]]
    spectra = {
        "embedding": found["embedding_shares"],
        "neurons to logits (W_out W_U)": found["logit_shares"],
    }
    drawn = {"spectra": vis.spectra(spectra, keys, title="Fourier spectra over the residues")}
    captioned(drawn["spectra"], CAPTIONS["spectra"])
    for kind, title in (
        ("neuron", "neurons over all pairs (a, b)"),
        ("head", "attention over all pairs (a, b)"),
    ):
        if f"natural_{kind}s" in found:
            rows = zip(
                found[f"natural_{kind}s"], found[f"artificial_{kind}s"], found[f"{kind}_titles"],
                strict=True,
            )  # fmt: skip
            shown = [vis.Plane(mine, theirs, str(text)) for mine, theirs, text in rows]
            drawn[f"{kind}s"] = captioned(vis.planes(shown, title=title), CAPTIONS[f"{kind}s"])
    return drawn


def training(networks: Sequence[str]) -> dict[str, Figure]:
    """Losses and progress measures of the networks whose training was recorded, if any."""
    runs = {n: read for n in networks if (read := progress(n)) is not None}
    if not runs:
        return {}
    drawn = vis.training(runs, title="losses in training")
    return {"training": captioned(drawn, CAPTIONS["training"])}


def progress(network: str) -> dict[str, np.ndarray] | None:
    """Curves over training steps; None where there are none.

    Those of our own networks ship with the weights, those of the published ones are in their files.

    Raises:
        AssetError: a published file is neither here nor to be had.
    """
    if network in CHECKPOINTS:
        file = CHECKPOINTS[network]
        held = read_torch(assets.fetch("grokking", [file])[file])
        train, test = (np.asarray(held[f"{name}_losses"]) for name in ("train", "test"))
        every = -(-len(train) // len(test))  # the published run was tested once in ten steps
        shown = np.linspace(0, len(test) - 1, POINTS).round().astype(int)
        return {"step": 1.0 * every * shown, "train": train[every * shown], "test": test[shown]}
    path = pathlib.Path(zoo.__file__).parent / "weights" / PROGRESS.format(network)
    if not path.is_file():
        return None
    curves: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["curves"]
    return {name: np.asarray(values, np.float64) for name, values in curves.items()}


def _typical(case: Case, polynomials: aann.Replacement) -> tuple[list[int], list[str]]:
    """For each of the first key frequencies the neuron of largest spread among the explained."""
    spread = case.seen.at(POST).std(0)
    frequency = np.asarray(polynomials.constants["frequency"].value)
    explained = case.circuit("neurons")
    good = np.zeros(len(spread), bool)
    good[list(explained.main.units) if explained else slice(None)] = True
    chosen: list[int] = []
    titles = []
    for k in case.frequencies:
        mine = np.flatnonzero((frequency == k) & good)
        if len(mine) and len(chosen) < NEURONS:
            chosen.append(int(mine[spread[mine].argmax()]))
            titles.append(f"neuron {chosen[-1]}, frequency {k}")
    return chosen, titles


def _planes(
    model: aann.Model, program: aann.Replacement, site: str, population: aann.Examples
) -> tuple[np.ndarray, np.ndarray]:
    """Natural and artificial values, (units, p, p); of heads the attention to the first token."""

    @jax.jit
    def read(tokens: jax.Array) -> tuple[jax.Array, jax.Array]:
        natural = program.pick(aann.capture(model, [site])(tokens)[1][site])
        return tuple(  # type: ignore[return-value]
            x[:, :, 0, 0] if site == PATTERN else x[:, 0]
            for x in (natural, program.compute(tokens))
        )

    natural, artificial = [], []
    for batch in batches(population, BATCH, model):
        mine, theirs = read(batch.inputs)
        natural.append(np.asarray(mine[: len(batch.indices)]))
        artificial.append(np.asarray(theirs[: len(batch.indices)]))
    p = round(len(population) ** 0.5)
    first, second = (np.concatenate(x).T.reshape(-1, p, p) for x in (natural, artificial))
    return first, second
