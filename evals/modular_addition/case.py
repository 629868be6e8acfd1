"""A network that adds modulo p, with the programs that are fitted to it on the design pairs."""

from typing import NamedTuple

import aann
from circuits.modular_addition import evidence as modular_evidence
from circuits.modular_addition import fit as modular_fit
from circuits.modular_addition import fourier

FALLBACK = 5
"""How many frequencies the programs get where none stands out, so that they can be seen to fail."""


class Circuit(NamedTuple):
    """One place, the program for it, and more programs for the same units."""

    main: aann.Replacement
    others: tuple[aann.Replacement, ...] = ()


class Case(NamedTuple):
    """A network and what was found in it.

    Attributes:
        network: the variant's name.
        model: the network.
        frequencies: the key frequencies, or the strongest.
        seen: what it does with the design pairs.
        circuits: the programs, from the smallest part to the whole network.
        notes: what there is to know of circuits or frequencies that were not found.
    """

    network: str
    model: aann.Model
    frequencies: tuple[int, ...]
    seen: modular_evidence.Evidence
    circuits: tuple[Circuit, ...]
    notes: tuple[str, ...]

    def circuit(self, name: str) -> Circuit | None:
        """The circuit whose main program has this name, or None."""
        return next((c for c in self.circuits if c.main.name == name), None)


def fit(network: str, model: aann.Model, design: aann.Design) -> Case:
    """Find the frequencies of a network and fit all programs.

    Args:
        network: what tables call it.
        model: a one-layer transformer of ``zoo.transformer.model``.
        design: pairs to fit on.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    notes = []
    try:
        frequencies = fourier.key_frequencies(model)
    except ValueError:
        share = fourier.shares(fourier.neuron_to_logit(model.params))
        frequencies = fourier.strongest(share, FALLBACK)
        notes.append(f"no frequency stands out: the {len(frequencies)} strongest are used")
    seen = modular_evidence.observe(model, design)
    circuits = []
    try:
        explained = modular_fit.neurons(seen, frequencies)
        circuits.append(Circuit(explained, (modular_fit.rectified(seen, explained),)))
    except ValueError as error:
        notes.append(str(error))
    everything = modular_fit.neurons(seen, frequencies, least=None)
    heads = (modular_fit.mean_attention(seen), modular_fit.blended_attention(seen, frequencies))
    circuits += [
        Circuit(everything, (modular_fit.rectified(seen, everything),)),
        Circuit(modular_fit.mlp(seen, frequencies)),
        Circuit(modular_fit.mlp_plane(seen, frequencies)),
        Circuit(modular_fit.attention(seen, frequencies), heads),
        Circuit(modular_fit.network(seen, frequencies)),
    ]
    return Case(network, model, frequencies, seen, tuple(circuits), tuple(notes))


def whole(case: Case, design: aann.Design) -> aann.Replacement:
    """The program of the whole network, fitted to other design pairs.

    Its frequencies come from the weights alone, so that they stay.
    """
    return modular_fit.network(modular_evidence.observe(case.model, design), case.frequencies)
