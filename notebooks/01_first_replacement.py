# %% [markdown]
# # A first replacement in ten minutes
#
# **Question.** A small transformer has learned to add modulo 113: it reads the tokens a, b and
# "=", and answers (a + b) mod 113. Between reading and answering stand 512 neurons. What does each
# of them compute?
#
# We look at some neurons, write down what we believe they do as a program of a few lines, put the
# program in their place, and measure how much of the network's behaviour survives. The network
# ships with the project; nothing is downloaded.

# %%
import jax.numpy as jnp
import numpy as np
from IPython.display import Markdown
from settings import SMALL

import aann
import zoo
from aann.vis.caption import captioned
from aann.vis.fourier import Plane, planes, spectra
from aann.vis.quilt import Patch, quilt
from aann.vis.report import figures

n = 300 if SMALL else 6_385  # held-out pairs to report on; there are 6,385
looked_at = 1_000 if SMALL else 6_384  # design pairs to look at and fit on; there are 6,384
draws = 200 if SMALL else 10_000  # of the bootstrap

# %% [markdown]
# ## Look
#
# A model is a pure function whose activations have names: *sites*.

# %%
model = zoo.load("modular_addition", "seed0")
print(aann.sites(model))

# %% [markdown]
# There are 113 x 113 pairs. A hash of their names divides them into two halves, once and for all:
# we look at and fit on *design*, and report on *held out*. The two are different types, and
# nothing that fits accepts held-out examples.

# %%
design, heldout = aann.split(zoo.data("modular_addition"))
design, pairs = design.take(range(looked_at)), heldout.take(range(n))
print(design, pairs)

# %% [markdown]
# The neurons are the site `blocks.0.mlp.post`, and `blocks.0.mlp.pre` before the ReLU. Only what
# they do at "=", the last position, reaches the answer.

# %%
PRE, POST, P = "blocks.0.mlp.pre", "blocks.0.mlp.post", 113
tokens = design.load(range(len(design)))
_, seen = aann.capture(model, [PRE, POST])(tokens)
before, after = (np.asarray(seen[site][:, -1], np.float64) for site in (PRE, POST))  # (pairs, 512)


loudest = np.argsort(-after.std(0))


def plane(values, k=1, cells=P):
    """Means of the design pairs' values at (k a, k b) mod 113: a downwards, b to the right."""
    at = k * tokens[:, :2] % P * cells // P
    total, count = np.zeros((2, cells, cells))
    np.add.at(total, tuple(at.T), values)
    np.add.at(count, tuple(at.T), 1)
    return total / np.maximum(count, 1)


patches = [Patch(plane(after[:, i]), (f"neuron {i}",)) for i in loudest[:200:40]]
captioned(
    quilt({"neurons over the pairs (a, b)": patches}, columns=5),
    "Every fortieth of the 200 neurons that vary most; white is high. Held-out pairs are left black.",
)

# %% [markdown]
# They are periodic in a and in b. How fast? Each neuron's input is a sum of waves of a and of b,
# of all frequencies k (k periods in 113 steps): one least-squares fit tells how much of each.

# %%
FREQUENCIES = np.arange(1, P // 2 + 1)


def waves(k, residue):
    """Cosine and sine of 2 pi k x / 113, for every residue x and frequency k."""
    angle = 2 * jnp.pi * (k[None] * residue[:, None] % P) / P
    return jnp.cos(angle), jnp.sin(angle)


def both(k):
    """Waves of a plus waves of b: cosines, then sines, (pairs, 2 K)."""
    pairs = [np.concatenate(waves(k, tokens[:, i]), 1) for i in (0, 1)]
    return np.asarray(pairs[0] + pairs[1], np.float64)


everything = both(FREQUENCIES)
weights = np.linalg.lstsq(everything, before - before.mean(0), rcond=None)[0]
power = (weights**2).reshape(2, len(FREQUENCIES), -1).sum(0)  # (frequency, neuron)
share = power / power.sum(0)
mine = FREQUENCIES[share.argmax(0)]
keys, counts = np.unique(mine, return_counts=True)
keys = [int(k) for k in keys[np.argsort(-counts)]]
captioned(
    spectra(
        {
            f"neuron {loudest[0]}": share[:, loudest[0]],
            f"neuron {loudest[40]}": share[:, loudest[40]],
            "mean over all neurons": share.mean(1),
        },
        keys[:4],
    ),
    "Share of each frequency in a neuron's input: two of the neurons above, and the mean of all.",
)

# %%
print("neurons by their main frequency:", {k: int((mine == k).sum()) for k in keys})
print("its share in half of the neurons is at least", np.median(share.max(0)).round(3))

# %% [markdown]
# ## Hypothesis
#
# One frequency fills almost all of a neuron's input, and there are only a handful of them. So:
# *each neuron is a wave of one frequency, in a and in b alike.* That is a program of four numbers
# a neuron: its frequency, a cosine, a sine and an offset. The three amplitudes are fitted by least
# squares on the design half; each constant says where it comes from, because constants are
# counted.

# %%
one = np.ones((len(tokens), 1))
cosine, sine, offset = (np.zeros(before.shape[1]) for _ in range(3))
for k in keys:
    of_k = mine == k
    features = np.concatenate([both(np.asarray([k])), one], 1)
    cosine[of_k], sine[of_k], offset[of_k] = np.linalg.lstsq(features, before[:, of_k], rcond=None)[
        0
    ]

fitted = f"least squares on {len(tokens)} design pairs"
constants = {
    "frequency": aann.Constant(mine, "fitted", "the largest share of the neuron's input"),
    **{
        name: aann.Constant(values.round(2), "fitted", fitted)
        for name, values in {"cosine": cosine, "sine": sine, "offset": offset}.items()
    },
}
place = {
    "model": model.name, "site": POST, "units": range(before.shape[1]), "positions": (2,),
    "constants": constants,
}  # fmt: skip


def drive(tokens, c):
    """One frequency's waves of a and of b, for each neuron, (pairs, neuron)."""
    (cos_a, sin_a), (cos_b, sin_b) = (waves(c.frequency, tokens[:, i]) for i in (0, 1))
    return c.cosine[None] * (cos_a + cos_b) + c.sine[None] * (sin_a + sin_b) + c.offset[None]


@aann.register(**place)
def plain_waves(tokens, c):
    """Each neuron is a wave of one frequency of a plus the same wave of b."""
    return drive(tokens, c)[:, None]


# %% [markdown]
# ## Number
#
# `aann.evaluate` runs the network with the program's values in place of the neurons, on held-out
# pairs. What counts is the *loss recovered*: 0 is as bad as setting all neurons to zero, 1 as good
# as the neurons themselves. Beside the program stand simpler things in its place, up to the best
# constant and the best linear prediction, and wrong programs as controls.

# %%
first = aann.evaluate(model, plain_waves, pairs, design=design, draws=draws, name="first attempt")
print(repr(first))  # one screen; print(first) shows all, and a cell that ends in it a whole page

# %% [markdown]
# ## Error
#
# What is wrong? Natural and artificial side by side, for the neuron that varies most:

#
# To see it well, count a and b in steps of the neuron's frequency k: at (k a, k b) one period
# fills the whole plane.


# %%
def compared(program, units):
    """Natural and artificial planes of some neurons, one period of a and of b, and the difference."""
    artificial = np.asarray(program.compute(tokens))[:, 0]
    frequency = np.asarray(program.constants["frequency"].value)
    rows = [
        Plane(
            plane(after[:, i], frequency[i], 28), plane(artificial[:, i], frequency[i], 28),
            f"neuron {i}, frequency {frequency[i]}",
        )
        for i in units
    ]  # fmt: skip
    return planes(rows, title=program.name)


captioned(
    compared(plain_waves, [int(loudest[0])]),
    "The neuron of largest spread over design pairs, and the program in its place: means in 28 x 28 "
    "parts of one period of a and of b.",
)

# %% [markdown]
# The crests fit, but the program goes below zero where the neuron is silent. We took what comes
# *before* the ReLU for what comes after it. One more word in the program, no more constants:


# %%
@aann.register(**place)
def rectified_waves(tokens, c):
    """Each neuron is a rectified sum of one frequency's waves of a and of b."""
    return jnp.maximum(drive(tokens, c), 0)[:, None]


report = aann.evaluate(
    model,
    rectified_waves,
    pairs,
    design=design,
    programs=[plain_waves],
    linear=False,
    draws=draws,
    name="rectified",
)
print(repr(report))

# %%
figures(report)["recovered"]

# %% [markdown]
# ## The error that is left
#
# Which neurons does the program miss? Their correlation with it, by frequency:


# %%
def by_frequency(report, frequency):
    """Prints how neurons of each frequency agree with the program."""
    correlation = np.asarray(report.main.correlation, float)
    for k in [int(k) for k in dict.fromkeys([*keys, *frequency]) if k in frequency]:
        of_k = frequency == k
        print(
            f"frequency {k:2}: {of_k.sum():3} neurons, spread {np.median(after[:, of_k].std(0)):.2f}, "
            f"median correlation {np.median(correlation[of_k]):.3f}"
        )


by_frequency(report, mine)
print("twice the four main frequencies:", {k: min(2 * k % P, P - 2 * k % P) for k in keys[:4]})

# %% [markdown]
# The loud neurons have four frequencies, and are met. The quiet ones have others, and are missed.
# But those others are not new: they are *twice* the main ones. Where do doubled frequencies come
# from? A wave times a wave has them: cos(x) cos(x) = (1 + cos(2x)) / 2. And the network has a
# place that multiplies before the neurons: attention. How much "=" attends to a rather than to b
# is itself a wave of a less one of b, and it multiplies what is taken from a rather than from b,
# another such difference.
#
# So, second hypothesis: *a neuron also sees the products of two such differences*. With u = cos(k
# a) - cos(k b) and v = sin(k a) - sin(k b) these are u u, v v and u v, of the same four
# frequencies.


# %%
def terms(k, tokens):
    """1, cos a + cos b, sin a + sin b, and the products of differences: (pairs, neuron, 6)."""
    (cos_a, sin_a), (cos_b, sin_b) = (waves(k, tokens[:, i]) for i in (0, 1))
    u, v = cos_a - cos_b, sin_a - sin_b
    return jnp.stack([jnp.ones_like(u), cos_a + cos_b, sin_a + sin_b, u * u, v * v, u * v], axis=-1)


left, fits = [], []
for k in keys[:4]:
    features = np.asarray(terms(np.asarray([k]), tokens)[:, 0], np.float64)
    fits.append(np.linalg.lstsq(features, before, rcond=None)[0])
    left.append((before - features @ fits[-1]).var(0))
best = np.argmin(left, axis=0)
frequency = np.asarray(keys[:4])[best]
weights = np.stack(fits)[best, :, np.arange(len(best))]  # (neuron, 6)


@aann.register(
    **place
    | {
        "constants": {
            "frequency": aann.Constant(frequency, "fitted", "one of the four main ones"),
            "weights": aann.Constant(weights.round(2), "fitted", fitted),
        }
    }
)
def attended_waves(tokens, c):
    """Each neuron also sees one frequency's waves of a less b, times such waves: attention's work."""
    drive = (terms(c.frequency, tokens) * c.weights[None]).sum(-1)
    return jnp.maximum(drive, 0)[:, None]


final = aann.evaluate(
    model, attended_waves, pairs, design=design, programs=[rectified_waves, plain_waves],
    linear=False, draws=draws, name="attended waves",
)  # fmt: skip
by_frequency(final, frequency)
figures(final)["recovered"]

# %%
quiet = np.flatnonzero(~np.isin(mine, keys[:4]))
quiet = quiet[np.argsort(-after[:, quiet].std(0))]
captioned(
    compared(attended_waves, [int(loudest[0]), int(quiet[0])]),
    "The neuron of largest spread, and of the quiet ones that one; the third program in their place.",
)

# %% [markdown]
# ## A test of the story
#
# If the products come from attention, they vanish where attention is held still. So let every head
# attend to a and to b evenly, run the network so, and ask what part of the neurons' input is products.


# %%
@aann.register(
    model=model.name, site="blocks.0.attn.pattern", units=range(4), axis=1, positions=(2,),
    position_axis=2,
)  # fmt: skip
def even_attention(tokens, c):
    """Every head attends to a and to b evenly, whatever they are."""
    return jnp.broadcast_to(jnp.asarray([0.5, 0.5, 0.0]), (len(tokens), 4, 1, 3))


_, held = aann.capture(aann.splice(model, even_attention), [PRE])(tokens)


def explained(values, columns):
    """The part of each neuron's variance that some of the terms of its frequency explain."""
    found = np.zeros(values.shape[1])
    for k in keys[:4]:
        mine = frequency == k
        features = np.asarray(terms(np.asarray([k]), tokens)[:, 0, columns], np.float64)
        fitted = features @ np.linalg.lstsq(features, values[:, mine], rcond=None)[0]
        found[mine] = 1 - (values[:, mine] - fitted).var(0) / values[:, mine].var(0)
    return found


lines = []
for name, values in {
    "as it is": before,
    "held even": np.asarray(held[PRE][:, -1], np.float64),
}.items():
    waves_alone, everything_too = explained(values, [0, 1, 2]), explained(values, list(range(6)))
    lines.append(
        f"| {name} | {np.median(values[:, quiet].std(0)):.2f} | "
        f"{np.median(waves_alone[quiet]):.3f} | {np.median(everything_too[quiet]):.3f} |"
    )
Markdown(
    "\n".join(
        [
            "| attention | spread of the quiet neurons' input | explained by waves | and products |",
            "| --- | --- | --- | --- |",
            *lines,
            f"\nMedians over the {len(quiet)} quiet neurons, design pairs.",
        ]
    )
)

# %% [markdown]
# ## What we know now

# %%
natural = final.natural["constants"]
rows = [final.row(p.name) for p in (plain_waves, rectified_waves, attended_waves)]
lines = [
    f"| {row.name} | {row.recovered['kl']} | {row.mean_correlation:.2f} | {row.constants:,} |"
    for row in rows
]
Markdown(
    "\n".join(
        [
            "| program | KL recovered | mean correlation | constants |",
            "| --- | --- | --- | --- |",
            *lines,
            f"\nHeld-out pairs: n = {len(pairs):,}. The neurons themselves take {natural:,} weights.",
        ]
    )
)

# %% [markdown]
# The neurons rectify waves of one of four frequencies, and the quiet ones among them, which looked
# like noise to the second program, carry what attention multiplied. **Next**: replace attention's
# pattern by waves, too (`circuits/modular_addition` does), and then the whole network. Whether a
# program that knows how to add explains *this* network is another question: notebook 6.
