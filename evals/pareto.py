"""How many bits does adding modulo 113 take: frequencies and digits against what is recovered."""

import argparse
import dataclasses
import functools
import pathlib
from collections.abc import Callable, Sequence

import jax
import numpy as np

import aann
import zoo
from aann.report.folder import replacing
from aann.vis.pareto import against_settings
from circuits.modular_addition import evidence as modular_evidence
from circuits.modular_addition import fit as modular_fit
from circuits.modular_addition import fourier
from evals.shared import arguments, command, networks, start
from zoo.scripts import integers, script

NAME = "pareto"
TASK = "modular_addition"
CIRCUITS: dict[str, Callable[..., aann.Replacement]] = {
    "network": modular_fit.network,
    "mlp": modular_fit.mlp,
    "neurons": functools.partial(modular_fit.neurons, least=None),
    "attention": modular_fit.attention,
}
"""Fits of one replacement to some frequencies; how many of them changes no units."""


def main(argv: list[str] | None = None) -> None:
    """Fit programs of few and many frequencies, round them, choose the front, and report it."""
    args, on, folder = start.begin(_parser(), argv)
    model = zoo.load(TASK, args.network)
    design, heldout = networks.halves(zoo.data(TASK), args)
    with jax.default_matmul_precision("highest"):
        programs = settings(model, design, args.circuit, args.frequencies, args.digits)
        command.say(f"choosing among {len(programs)} settings on {len(design)} design pairs ...")
        chosen = aann.pareto(
            model, programs, design, metric=args.metric, seed=args.seed, draws=args.draws,
            machine=on,
        )  # fmt: skip
        command.say(f"reporting {len(chosen.chosen)} of them on {len(heldout)} held-out pairs ...")
        found = chosen.report(heldout)
    save(found, f"{args.circuit} of {model.name}", folder)


def settings(
    model: aann.Model, design: aann.Design, circuit: str, most: int, digits: Sequence[int]
) -> list[aann.Replacement]:
    """Programs of the strongest 1, 2, ... ``most`` frequencies, each rounded to ``digits``.

    Args:
        model: a network that adds.
        design: pairs to fit on.
        circuit: one of ``CIRCUITS``.
        most: frequencies of the largest program.
        digits: significant digits.

    Raises:
        ValueError: the modulus has fewer frequencies.
    """
    share = fourier.shares(fourier.neuron_to_logit(model.params))
    if most > len(share):
        raise ValueError(f"{model.name!r} has {len(share)} frequencies, {most} were asked for")
    strongest = fourier.strongest(share, most)
    seen = modular_evidence.observe(model, design)
    found: list[aann.Replacement] = []
    for k in range(1, most + 1):
        fitted = CIRCUITS[circuit](seen, strongest[:k])
        name = "1 frequency" if k == 1 else f"{k} frequencies"
        found += aann.settings(dataclasses.replace(fitted, name=name), digits=digits)
    return found


def save(found: aann.Pareto, title: str, folder: pathlib.Path) -> None:
    """Print the front and write it and its figure into ``folder``."""
    if not command.leads():
        return
    figure = against_settings(found, title=title)
    page = f"{found.markdown()}\n![recovered against bits](pareto.png)\n"
    with replacing(folder) as new:
        figure.savefig(new / "pareto.png", bbox_inches="tight")
        (new / "pareto.json").write_text(found.to_json() + "\n", encoding="utf-8")
        (new / "pareto.md").write_text(page, encoding="utf-8")
        np.savez_compressed(new / "pareto.npz", **found.arrays)  # type: ignore[arg-type]
    print(found)
    command.say(f"wrote pareto.json, pareto.md, pareto.npz, pareto.png to {folder}")


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser(NAME, __doc__ or "", f"out/{NAME}")
    parser.add_argument(
        "--network", default="seed0", metavar="NAME",
        help="variant of the network (default: seed0, which ships with the project)",
    )  # fmt: skip
    parser.add_argument(
        "--circuit", choices=sorted(CIRCUITS), default="network", help="default: network"
    )
    parser.add_argument(
        "--frequencies", type=integers.positive, default=8, metavar="K",
        help="try the strongest 1 to K frequencies (default: 8)",
    )  # fmt: skip
    parser.add_argument(
        "--digits", type=_digits, default=(1, 2, 3), metavar="D,D",
        help="round constants to so many significant digits (default: 1,2,3)",
    )  # fmt: skip
    parser.add_argument(
        "--metric", choices=("kl", "nll"), default="kl", help="loss to recover (default: kl)"
    )
    parser.add_argument(
        "--draws", type=integers.draws, default=10_000, metavar="N", help="default: 10000"
    )
    return parser


def _digits(text: str) -> tuple[int, ...]:
    return tuple(map(integers.positive, arguments.names(text)))


if __name__ == "__main__":
    script.run(main)
