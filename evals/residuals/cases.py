"""Which network, examples and programs ``python -m evals.residuals NAME`` is about."""

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import aann
import zoo
from circuits.curves.family import find_family
from circuits.curves.fit import calibrate
from circuits.curves.inputs import Inputs, measure
from circuits.curves_from_3a import fit as read_out_fit
from circuits.early_curves import fit as early_fit
from circuits.eis_vii_mnist.evidence import look
from circuits.induction import fit as induction_fit
from circuits.max_of_k import fit as max_of_k_fit
from evals.eis_vii_mnist import case as mnist_case
from evals.eis_vii_transformer import case as transformer_case
from evals.modular_addition import case as modular_case
from evals.shared import networks
from zoo.eis_vii_mnist import rule
from zoo.induction import VARIANTS as INDUCTION
from zoo.mnist import pictures

SITE, READ = "mixed3b", "mixed3a"
Programs = Mapping[str, Sequence[aann.Replacement]]


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """What is looked at.

    Attributes:
        model: the network.
        design: examples that the programs were fitted on.
        heldout: the other half.
        programs: name -> replacements that are spliced in together; the first is the default.
        low_high: what black and white are for the model; None where it takes no pictures.
    """

    model: aann.Model
    design: aann.Design
    heldout: aann.HeldOut
    programs: Programs
    low_high: tuple[float, float] | None = None


def _curve_detectors(args: argparse.Namespace) -> Case:
    model, halves, inputs = _inceptionv1(args)
    family = find_family(model, inputs, SITE, args.family)
    curves = calibrate(model, family, halves[0]).replacement
    return Case(model, *halves, {"curves": (curves,)}, (inputs.low, inputs.high))


def _curves_from_3a(args: argparse.Namespace) -> Case:
    model, halves, inputs = _inceptionv1(args)
    family = find_family(model, inputs, SITE, args.family)
    curves = read_out_fit.calibrate(model, family, halves[0], READ).own
    early = early_fit.calibrate(model, READ, curves, halves[0], inputs)
    programs = {"curves": (curves,), "early curves": (early,), "both": (early, curves)}
    return Case(model, *halves, programs, (inputs.low, inputs.high))


def _inceptionv1(
    args: argparse.Namespace,
) -> tuple[aann.Model, tuple[aann.Design, aann.HeldOut], Inputs]:
    model = zoo.load("inceptionv1", args.network)
    halves = networks.halves(zoo.data("imagenet_samples"), args)
    return model, halves, measure(model, halves[0])


def _modular_addition(args: argparse.Namespace) -> Case:
    model = zoo.load("modular_addition", args.network or "seed0")
    halves = networks.halves(zoo.data("modular_addition"), args)
    fitted = modular_case.fit(args.network or "seed0", model, halves[0])
    return Case(model, *halves, {c.main.name: (c.main,) for c in fitted.circuits})


def _max_of_k(args: argparse.Namespace) -> Case:
    model = zoo.load("max_of_k", args.network or "seed0")
    halves = networks.halves(zoo.data("max_of_k"), args)
    seen = max_of_k_fit.look(model, halves[0])
    attention, copying = max_of_k_fit.ordered(seen), max_of_k_fit.copying(seen)
    programs = {"both": (attention, copying), "attention": (attention,), "copying": (copying,)}
    return Case(model, *halves, programs)


def _induction(args: argparse.Namespace) -> Case:
    network = args.network or INDUCTION[1]
    model = zoo.load("induction", network)
    halves = networks.halves(zoo.data("induction", variant=network), args)
    found = induction_fit.find(model, halves[0])
    previous, prefix = induction_fit.previous_token(found), induction_fit.prefix_matching(found)
    programs = {"both": (previous, prefix), "previous token": (previous,), "prefix": (prefix,)}
    return Case(model, *halves, programs)


def _mnist(args: argparse.Namespace) -> Case:
    model = zoo.load("eis_vii_mnist", args.network)
    halves = networks.given_halves("mnist", args)
    clue = pictures.part("train").pictures[rule.CLUE].astype(np.float32) / np.float32(255)
    _, programs = mnist_case.main_programs(look(model, halves[0], clue))
    return Case(model, *halves, _last_first(programs), (0.0, 1.0))


def _transformer(args: argparse.Namespace) -> Case:
    model = zoo.load("eis_vii_transformer", args.network)
    halves = networks.given_halves("eis_vii_transformer", args)
    return Case(model, *halves, _last_first(transformer_case.main_programs(model, halves[0])))


def _last_first(programs: Programs) -> Programs:
    """The largest part first."""
    return dict(reversed(list(programs.items())))


CASES: Mapping[str, Callable[[argparse.Namespace], Case]] = {
    "curve_detectors": _curve_detectors,
    "curves_from_3a": _curves_from_3a,
    "modular_addition": _modular_addition,
    "induction": _induction,
    "max_of_k": _max_of_k,
    "eis_vii_mnist": _mnist,
    "eis_vii_transformer": _transformer,
}
