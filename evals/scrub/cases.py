"""Which network, examples and hypotheses ``python -m evals.scrub NAME`` is about."""

import argparse
import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

import aann
import zoo
from circuits.curves.family import find_family
from circuits.curves.fit import calibrate
from circuits.curves.inputs import measure
from circuits.curves.scrubs import scrubs as curve_scrubs
from circuits.eis_vii_mnist.evidence import look
from circuits.eis_vii_mnist.groups import by_components
from circuits.eis_vii_mnist.scrubs import another
from circuits.eis_vii_mnist.scrubs import scrubs as mnist_scrubs
from circuits.eis_vii_transformer import thresholds
from circuits.eis_vii_transformer.evidence import look as look_at_pairs
from circuits.eis_vii_transformer.scrubs import scrubs as pair_scrubs
from circuits.fitting.scrubs import Scrubs
from circuits.induction import fit as induction_fit
from circuits.induction.scrubs import scrubs as induction_scrubs
from circuits.max_of_k.scrubs import scrubs as max_of_k_scrubs
from circuits.modular_addition import fit as modular_fit
from circuits.modular_addition.evidence import observe
from circuits.modular_addition.fourier import key_frequencies
from circuits.modular_addition.scrubs import scrubs as modular_scrubs
from evals.shared import networks
from zoo.eis_vii_mnist import rule
from zoo.induction import VARIANTS as INDUCTION
from zoo.mnist import pictures
from zoo.modular_addition import P

FAMILY = 10
"""Curve detectors in mixed3b."""
SEQUENCES = 8192
"""Drawn for the tasks whose sequences are drawn: the more, the more stand in for one."""


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """What is scrubbed.

    Attributes:
        model: the network.
        examples: held out.
        groups: hypotheses, together where they are about the same activations.
        pictures: of some examples, for the trees: name -> picture; None for tokens.
        scrubs: of each example, by default.
    """

    model: aann.Model
    examples: aann.HeldOut
    groups: list[Scrubs]
    pictures: Callable[[list[str]], Mapping[str, np.ndarray]] | None = None
    scrubs: int = 4


def _modular_addition(args: argparse.Namespace) -> Case:
    model = zoo.load("modular_addition", args.network or "seed0")
    design, heldout = networks.halves(zoo.data("modular_addition"), args)
    neurons = modular_fit.neurons(observe(model, design), key_frequencies(model))
    frequency = np.asarray(neurons.constants["frequency"].value)
    units = np.asarray(neurons.units)
    clusters = {int(k): units[frequency == k].tolist() for k in np.unique(frequency)}
    return Case(model, heldout, modular_scrubs(P, clusters))


def _max_of_k(args: argparse.Namespace) -> Case:
    model = zoo.load("max_of_k", args.network or "seed0")
    _, heldout = networks.halves(zoo.data("max_of_k", n=SEQUENCES), args)
    return Case(model, heldout, max_of_k_scrubs(model.batch(1).shape[1]))


def _induction(args: argparse.Namespace) -> Case:
    network = args.network or INDUCTION[1]
    model = zoo.load("induction", network)
    every = zoo.data("induction", n=SEQUENCES, variant=network)
    design, heldout = networks.halves(every, args)
    found = induction_fit.find(model, design.take(slice(512)))
    return Case(model, heldout, induction_scrubs(found.previous, found.induction), scrubs=2)


def _curves(args: argparse.Namespace) -> Case:
    model = zoo.load("inceptionv1", args.network)
    design, heldout = networks.halves(zoo.data("imagenet_samples"), args)
    family = find_family(model, measure(model, design), "mixed3b", FAMILY)
    curves, _ = calibrate(model, family, design)
    return Case(model, heldout, curve_scrubs(curves), _pictures(heldout), scrubs=2)


def _pictures(examples: aann.Examples) -> Callable[[list[str]], Mapping[str, np.ndarray]]:
    """Some of the examples by name, as they are loaded."""

    def some(names: list[str]) -> Mapping[str, np.ndarray]:
        chosen = [examples.names.index(name) for name in names]
        return dict(zip(names, examples.load(chosen), strict=True))

    return some


def _transformer(args: argparse.Namespace) -> Case:
    model = zoo.load("eis_vii_transformer", args.network)
    design, heldout = networks.given_halves("eis_vii_transformer", args)
    seen = look_at_pairs(model, design)
    tables = thresholds.freed(seen, thresholds.read(seen).tables)
    return Case(model, heldout, pair_scrubs(tables))


def _mnist(args: argparse.Namespace) -> Case:
    model = zoo.load("eis_vii_mnist", args.network)
    design, heldout = networks.given_halves("mnist", args)
    training = pictures.part("train")
    whole = training.pictures.astype(np.float32) / np.float32(255)
    seen = look(model, design, whole[rule.CLUE])
    groups = by_components(seen.activations)
    other = another(whole, training.digits.tolist(), rule.CLUE)
    claims = mnist_scrubs(whole[rule.CLUE], other, groups, seen.images)
    return Case(model, heldout, claims, _pictures(heldout), scrubs=2)


CASES: Mapping[str, Callable[[argparse.Namespace], Case]] = {
    "eis_vii_mnist": _mnist,
    "eis_vii_transformer": _transformer,
    "modular_addition": _modular_addition,
    "max_of_k": _max_of_k,
    "induction": _induction,
    "curve_detectors": _curves,
}
