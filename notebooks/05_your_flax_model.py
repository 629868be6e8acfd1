# %% [markdown]
# # Your own Flax model
#
# **Question.** You have trained a network of your own. What do the channels of its first layer do,
# and how would you know that you are right? Here the network is a small `flax.nnx` module that
# reads handwritten digits; nothing in it knows of this library.

# %%
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from IPython.display import Markdown
from settings import SMALL
from sklearn.datasets import load_digits

import aann
from aann.vis.caption import captioned
from aann.vis.maps import MapRow, maps
from aann.vis.quilt import Patch, quilt
from aann.vis.report import figures

steps = 300 if SMALL else 1_500  # of training
n = 100 if SMALL else 899  # held-out digits to report on; there are 899
draws = 200 if SMALL else 10_000  # of the bootstrap

# %% [markdown]
# ## The model, trained
#
# The digits come with scikit-learn: 8 x 8 pixels, ink from 0 to 1. Any arrays become a data set
# with two fixed halves; we train on the design half, too.

# %%
digits = load_digits()
pictures = (digits.images[..., None] / 16).astype(np.float32)  # (n, 8, 8, 1)
design, heldout = aann.split(aann.from_arrays("digits", pictures, digits.target.astype(np.int32)))
seen, labels = design.load(range(len(design))), design.labels


class Net(nnx.Module):
    """Eight filters of 5 x 5 pixels, the largest of each 2 x 2, and a linear read-out."""

    def __init__(self, rngs):
        self.filters = nnx.Conv(1, 8, (5, 5), rngs=rngs)
        self.head = nnx.Linear(4 * 4 * 8, 10, rngs=rngs)

    def __call__(self, x):
        """Pictures (batch, 8, 8, 1) to logits (batch, 10)."""
        x = nnx.max_pool(nnx.relu(self.filters(x)), (2, 2), (2, 2))
        return self.head(x.reshape(len(x), -1))


@nnx.jit
def step(net, optimiser, x, y):
    """One step of AdamW on some digits; the loss."""

    def loss(net):
        return optax.softmax_cross_entropy_with_integer_labels(net(x), y).mean()

    value, slope = nnx.value_and_grad(loss)(net)
    optimiser.update(net, slope)
    return value


net = Net(nnx.Rngs(0))
optimiser = nnx.Optimizer(net, optax.adamw(3e-3, weight_decay=1.0), wrt=nnx.Param)
rng = np.random.default_rng(0)
for _ in range(steps):
    some = rng.choice(len(seen), 64)
    step(net, optimiser, seen[some], labels[some])

right = np.asarray(net(heldout.load(range(len(heldout))))).argmax(-1) == heldout.labels
Markdown(f"Right on {right.mean():.1%} of {len(right)} held-out digits after {steps:,} steps.")

# %% [markdown]
# ## Sites
#
# The adapter takes the module as it is: what every submodule takes and returns is a site, named by
# its path. `inputs` is *one* example.

# %%
model = aann.adapters.nnx.model(
    net, inputs=jax.ShapeDtypeStruct((8, 8, 1), jnp.float32), name="digits"
)
print(aann.sites(model))

# %% [markdown]
# ## Look
#
# What does each channel of `filters` answer to? For each, the design digits in which it is highest
# somewhere.

# %%
_, values = aann.capture(model, ["filters"])(seen)
natural = np.asarray(values["filters"])  # (digits, 8, 8, channels)
peaks = natural.max((1, 2))
sections = {
    f"channel {i}": [
        Patch(seen[j], (f"{labels[j]}",)) for j in np.argsort(-peaks[:, i])[:8]
    ]
    for i in range(4)
}  # fmt: skip
captioned(
    quilt(sections, columns=8),
    "For the first four channels the eight design digits of highest peak, with their labels.",
)

# %% [markdown]
# ## Hypothesis
#
# First guess: *a channel is the ink around a place.* Second: *a channel is a stripe*: ink on
# parallel lines of one direction counts, ink between them counts against. As filters of 5 x 5
# pixels under a Gaussian, a stripe takes three numbers: its angle, the distance of its lines, and
# its phase. We never look at the network's weights: of a bank of stripes each channel gets the one
# that correlates best with it on design digits; a gain and an offset are fitted.


# %%
def window():
    """Right and up of a filter's middle, in pixels, and a Gaussian about it: (5, 5, 1) each."""
    right, up = jnp.meshgrid(jnp.arange(5.0) - 2, 2 - jnp.arange(5.0))
    return right[..., None], up[..., None], jnp.exp(-(right**2 + up**2) / 8)[..., None]


def stripes(angle, distance, phase):
    """Filters (5, 5, n): waves across lines at an angle, in degrees, a distance of pixels apart."""
    right, up, near = window()
    angle, phase = jnp.deg2rad(angle), jnp.deg2rad(phase)
    across = right * jnp.cos(angle) + up * jnp.sin(angle)
    return near * jnp.cos(2 * jnp.pi * across / distance + phase)


def convolve(x, filters):
    """(batch, 8, 8, 1) with (5, 5, n), as the network's layer does: (batch, 8, 8, n)."""
    return jax.lax.conv_general_dilated(
        x, filters[:, :, None], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def fit(responses):
    """For each channel the offset and gains of least squares for (digits, 8, 8, channels, terms)."""
    gains, offsets = [], []
    for i in range(natural.shape[-1]):
        terms = responses[..., i, :].reshape(natural[..., i].size, -1)
        features = np.concatenate([terms, np.ones((len(terms), 1))], 1)
        found = np.linalg.lstsq(features, natural[..., i].ravel(), rcond=None)[0]
        gains.append(found[:-1])
        offsets.append(found[-1])
    return np.stack(gains, -1), np.asarray(offsets)  # (terms, channels), (channels,)


grid = np.meshgrid(np.arange(0.0, 180, 15), [4.0, 5, 6, 8, 12], np.arange(0.0, 360, 30))
bank = np.stack([x.ravel() for x in grid])  # (3, stripes)
answers = np.asarray(convolve(seen, stripes(*bank)))  # (digits, 8, 8, stripes)


def best_stripes(wanted):
    """For each channel the stripe of the bank that correlates best with (digits, 8, 8, channels)."""
    ours, theirs = (x.reshape(-1, x.shape[-1]) for x in (answers, wanted))
    ours, theirs = ((x - x.mean(0)) / x.std(0) for x in (ours, theirs))
    return np.abs(ours.T @ theirs).argmax(0)


chosen = best_stripes(natural)
gain, offset = fit(answers[..., chosen, None])
picked = f"of {bank.shape[1]} stripes, the best correlated on {len(seen)} design digits"
fitted = f"least squares on {len(seen)} design digits"


def declared(chosen, gain, offset):
    """Constants of the stripes, each with where it comes from."""
    angle, distance, phase = bank[:, chosen]  # of each (channels,), or (stripes, channels)
    return {
        **{
            name: aann.Constant(x, "fitted", picked)
            for name, x in {"angle": angle, "distance": distance, "phase": phase}.items()
        },
        "gain": aann.Constant(gain.round(2), "fitted", fitted),
        "offset": aann.Constant(offset.round(2), "fitted", fitted),
    }


place = {"model": "digits", "site": "filters", "units": range(8)}
blur = np.asarray(convolve(seen, window()[-1]))
ink_gain, ink_offset = fit(np.repeat(blur, 8, -1)[..., None])


@aann.register(
    **place,
    constants={
        "gain": aann.Constant(ink_gain[0].round(2), "fitted", fitted),
        "offset": aann.Constant(ink_offset.round(2), "fitted", fitted),
    },
)
def ink(x, c):
    """Each channel is the ink around a place."""
    return convolve(x, window()[-1]) * c.gain + c.offset


@aann.register(**place, constants=declared(chosen, gain[0], offset))
def one_stripe(x, c):
    """Each channel is a stripe of one direction."""
    return convolve(x, stripes(c.angle, c.distance, c.phase)) * c.gain + c.offset


# %% [markdown]
# ## A mistake, and its message
#
# Two things that everyone gets wrong once: a name, and a shape. Messages say what was expected,
# what came, and what to do.


# %%
def flat(x, c):
    """Forgets that a channel is a map."""
    return one_stripe.program(x, c).mean((1, 2))


heldout_digits = heldout.take(range(n))
for wrong in (
    aann.make(
        one_stripe.program,
        model="digits",
        site="filter",
        units=range(8),
        constants=one_stripe.constants,
    ),
    aann.make(flat, **place, constants=one_stripe.constants),
):
    try:
        aann.evaluate(model, wrong, heldout_digits, design=design)
    except ValueError as error:
        print(f"{error}\n")

# %% [markdown]
# ## Number

# %%
report = aann.evaluate(
    model, one_stripe, heldout_digits, design=design, programs=[ink], draws=draws, name="stripes"
)
print(repr(report))

# %% [markdown]
# ## Error
#
# Which channels, and where in a digit?

# %%
correlation = np.asarray(report.main.correlation, float)
print("correlation by channel:", correlation.round(2))


def shown(program, channel, picked):
    """Digits with the natural and the artificial map of one channel."""
    artificial = np.asarray(program.compute(seen[picked]))
    return maps(
        [
            MapRow(255 * seen[j, ..., 0], natural[j, ..., channel], artificial[i, ..., channel],
                   f"channel {channel}, a {labels[j]}")
            for i, j in enumerate(picked)
        ],
        title=program.name,
    )  # fmt: skip


worst = int(correlation.argmin())
error = np.asarray(one_stripe.compute(seen))[..., worst] - natural[..., worst]
picked_digits = np.argsort(-(error**2).mean((1, 2)))[:2]
captioned(
    shown(one_stripe, worst, picked_digits),
    "The channel of lowest correlation, in the two design digits of largest squared error.",
)

# %% [markdown]
# ## Next
#
# The digits say what is missing: in one stripe there is no room for a stroke that *ends*, or meets
# another. So, third hypothesis: *a channel is the sum of two stripes.* The second one is the
# stripe that correlates best with what the first one leaves.

# %%
left = natural - np.asarray(one_stripe.compute(seen))
pair = np.stack([chosen, best_stripes(left)])  # (stripes, channels)
pair_gain, pair_offset = fit(np.moveaxis(answers[..., pair], -2, -1))


@aann.register(**place, constants=declared(pair, pair_gain, pair_offset))
def two_stripes(x, c):
    """Each channel is the sum of two stripes."""
    first, second = (stripes(c.angle[i], c.distance[i], c.phase[i]) * c.gain[i] for i in (0, 1))
    return convolve(x, first + second) + c.offset


final = aann.evaluate(
    model, two_stripes, heldout_digits, design=design, programs=[one_stripe, ink], draws=draws,
    name="two stripes",
)  # fmt: skip
figures(final)["recovered"]

# %%
captioned(
    shown(two_stripes, worst, picked_digits),
    "The same channel and digits, with two stripes.",
)

# %%
gained = aann.compare(final, "two_stripes", other_row="one_stripe", metrics=["kl"])
linear = aann.compare(final, "two_stripes", other_row="linear", metrics=["kl"])


def number(value):
    """Two digits, or a dash: a correlation with what never varies is undefined, hence None."""
    return "-" if value is None else f"{value:.2f}"


rows = [final.row(name) for name in ("ink", "one_stripe", "two_stripes", "linear")]
Markdown(
    "\n".join(
        [
            "| in place of the filters | KL recovered | mean correlation | constants |",
            "| --- | --- | --- | --- |",
            *(
                f"| {r.name} | {r.recovered['kl']} | {number(r.mean_correlation)} | {r.constants} |"
                for r in rows
            ),
            f"\nHeld-out digits: n = {n}. The layer has {final.natural['constants']} weights. The second "
            f"stripe is worth {gained.differences[0].difference} of KL; two stripes less the linear "
            f"prediction from 3 x 3 pixels: {linear.differences[0].difference}.",
        ]
    )
)

# %% [markdown]
# A paired difference has an interval of its own, narrower than the two beside each other: both
# programs were tried on the same digits. Read the row *linear*, too. The layer itself is linear,
# so that a fit without any idea does well, and a program has to be better than that with as few
# numbers, or say more. The stripes can be *said*: which way each channel's lines run. The next
# error to look at is in the channels that are still lowest:

# %%
print("correlation by channel:", np.asarray(final.main.correlation, float).round(2))
