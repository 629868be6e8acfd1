"""Which heads do induction in the network at hand, and the constants of their programs.

``find`` takes the best previous-token head and the best induction head by the scores of
``aann.patching.heads``, and the other heads of their blocks that are at least half as good.
Strengths are fitted to the natural patterns on design sequences
(``circuits.fitting.attention.fit``), where patterns matter: an induction head's at the positions
that are scored, a previous-token head's at the positions that the induction heads look at from
there. A head that never has to move a token from some position is free to do anything there, and
does. From this start the divergence of the spliced network from the intact one goes down
(``circuits.fitting.divergence``).
"""

import dataclasses
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.patching.heads import HeadScores, head_scores
from aann.trace.site import INPUT
from circuits.fitting.attention import fit, observe
from circuits.fitting.divergence import closest
from circuits.induction import program as programs

SHARE = 0.5
"""A head counts from this share of the best head's score above that of uniform attention on."""

HEAD_AXIS = 1

Program = Callable[..., jax.Array]


@dataclasses.dataclass(frozen=True)
class Heads:
    """Heads of one block.

    Attributes:
        site: of the block's attention pattern.
        units: numbers of the heads.
    """

    site: str
    units: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Circuit:
    """The heads of the circuit, and what the network does with the design sequences.

    Attributes:
        model: the network.
        design: the sequences.
        previous: the head that attends to the token before.
        induction: the head that attends to what followed the same token.
        scores: of all heads.
        tokens: (n, pos).
        patterns: site -> natural attention (n, head, query, key), of the circuit's heads.
        scored: (n, pos), which positions have a label.
    """

    model: aann.Model
    design: aann.Design
    previous: Heads
    induction: Heads
    scores: HeadScores
    tokens: np.ndarray
    patterns: Mapping[str, np.ndarray]
    scored: np.ndarray

    @property
    def looked_at(self) -> np.ndarray:
        """(n, pos): attention that positions get from scored ones, by the induction heads."""
        attention = self.patterns[self.induction.site]
        seen: np.ndarray = np.einsum("nhqk,nq->nk", attention, self.scored)
        return seen


def find(model: aann.Model, design: aann.Design) -> Circuit:
    """The heads that do induction, by their scores on design sequences.

    Args:
        model: a transformer with the zoo's names of sites.
        design: sequences with labels (n, pos), -1 where a position is not scored.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: no labels by position, fewer than two blocks, or the best induction head lies
            not below the best previous-token head.
    """
    if design.labels is None or design.labels.ndim != 2:
        raise ValueError(
            f"{design.name!r} needs labels (n, pos) that say which positions can be predicted, got "
            f"{None if design.labels is None else design.labels.shape}"
        )
    tokens, _ = observe(model, design, [])
    scores = head_scores(model, tokens, batch_size=min(128, len(tokens)))
    previous, induction = (best(scores, name) for name in ("previous", "induction"))
    order = list(scores.scores["previous"])
    if order.index(previous.site) >= order.index(induction.site):
        raise ValueError(
            f"no induction circuit in {model.name!r}: the best previous-token head is in "
            f"{previous.site!r} and the best induction head in {induction.site!r}, but induction "
            "needs the previous token in an earlier block"
        )
    _, values = observe(model, design, [previous.site, induction.site])
    patterns = {heads.site: values[heads.site][:, heads.units] for heads in (previous, induction)}
    scored = (design.labels >= 0).astype(np.float32)
    return Circuit(model, design, previous, induction, scores, tokens, patterns, scored)


def best(scores: HeadScores, name: str) -> Heads:
    """The best head of one kind, and the heads of its block that are nearly as good."""
    above = {site: x - scores.uniform[name] for site, x in scores.scores[name].items()}
    site = max(above, key=lambda s: float(above[s].max()))
    good = np.flatnonzero(above[site] >= SHARE * above[site].max())
    return Heads(site, tuple(int(h) for h in good))


def previous_token(circuit: Circuit) -> aann.Replacement:
    """``programs.previous_token`` in place of the previous-token heads.

    They work up to the last position with half of the most attention to the one before it.
    """
    pattern = circuit.patterns[circuit.previous.site]
    attention = np.diagonal(pattern.mean((0, 1)), -1)
    until = 1 + int(np.flatnonzero(attention >= attention.max() / 2)[-1])
    note = f"last query with half of the most attention; {len(circuit.tokens)} design sequences"
    made = _replacement(circuit, circuit.previous, programs.previous_token, _previous(circuit))
    constants = {**made.constants, "until": aann.Constant(until, "fitted", note)}
    made = dataclasses.replace(made, constants=constants)
    return closest(circuit.model, made, circuit.design, names=["strength"])


def always_previous(circuit: Circuit) -> aann.Replacement:
    """``programs.always_previous`` in place of the previous-token heads."""
    made = _replacement(circuit, circuit.previous, programs.always_previous, _previous(circuit))
    return closest(circuit.model, made, circuit.design, names=["strength"])


def prefix_matching(circuit: Circuit) -> aann.Replacement:
    """``programs.prefix_matching`` in place of the induction heads."""
    made = _replacement(circuit, circuit.induction, programs.prefix_matching, _prefix(circuit))
    return closest(circuit.model, made, circuit.design, names=["strength"])


def composed_matching(circuit: Circuit) -> aann.Replacement:
    """``programs.composed_matching`` in place of the induction heads.

    It reads the pattern of the previous-token heads. Strengths start from those of
    ``prefix_matching`` by likelihood, since attention to the previous token is nearly complete.
    """
    heads = aann.Constant(np.asarray(circuit.previous.units), "fitted", "previous-token heads")
    made = _replacement(circuit, circuit.induction, programs.composed_matching, _prefix(circuit))
    made = dataclasses.replace(
        made,
        reads=(circuit.previous.site, INPUT),
        constants={**made.constants, "heads": heads},
    )
    return closest(circuit.model, made, circuit.design, names=["strength"])


def variant(replacement: aann.Replacement, program: Program) -> aann.Replacement:
    """Another program with the same constants in the same place: a variant or a control."""
    return dataclasses.replace(replacement, program=program, name=_name(program))


def _previous(circuit: Circuit) -> np.ndarray:
    """Strength of each previous-token head by likelihood, (heads,)."""
    feature = programs.back(jnp.asarray(circuit.tokens), 1)
    pattern = circuit.patterns[circuit.previous.site]
    return fit(feature[:, None], pattern, circuit.looked_at)[:, 0]


def _prefix(circuit: Circuit) -> np.ndarray:
    """Strength of each induction head by likelihood, (heads,)."""
    feature = programs.after_match(jnp.asarray(circuit.tokens), 1)
    pattern = circuit.patterns[circuit.induction.site]
    return fit(feature[:, None], pattern, circuit.scored)[:, 0]


def _replacement(
    circuit: Circuit, heads: Heads, program: Program, strength: np.ndarray
) -> aann.Replacement:
    return aann.make(
        program,
        model=circuit.model.name,
        site=heads.site,
        units=heads.units,
        axis=HEAD_AXIS,
        constants={"strength": aann.Constant(strength, "fitted")},
        name=_name(program),
    )


def _name(program: Program) -> str:
    return str(program.__name__).replace("_", " ")
