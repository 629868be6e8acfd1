# %% [markdown]
# # A labelling program for MNIST
#
# **Question.** A network puts handwritten digits into two classes. It was trained on labels that
# some program gave, and nobody says which: this is the first public challenge of "EIS VII: A
# Challenge for Mechanists". What is the program, and does the network compute *it*?
#
# The network and the digits are downloaded from pinned sources, or read from a mirror
# (`AANN_ASSETS`).

# %%
import numpy as np
from IPython.display import Markdown
from settings import SMALL

import aann
import zoo
from aann.vis.caption import captioned
from aann.vis.landscape import landscape
from aann.vis.quilt import Patch, disagreements, quilt
from aann.vis.report import figures
from circuits.eis_vii_mnist import evidence, fit, refined
from zoo.eis_vii_mnist import rule

fitted_on = 1_000 if SMALL else 10_000  # design pictures; there are 10,000
n = 500 if SMALL else 10_000  # held-out pictures to report on; there are 10,000
candidates = 20 if SMALL else 200  # templates to try
draws = 200 if SMALL else 10_000  # of the bootstrap

# %% [markdown]
# ## Look
#
# `mnist` comes with the network's own labels. Training pictures are design, test pictures held
# out.

# %%
model = zoo.load("eis_vii_mnist")
heldout = zoo.data("mnist", split="heldout").take(range(n))
design = heldout.design.take(range(fitted_on))
pictures, labels = design.load(range(len(design))), design.labels
digits = zoo.data("mnist", split="design", labels="digit").labels[:fitted_on]

logits = np.asarray(model(pictures))
sure = logits[:, 1] - logits[:, 0]
order = np.argsort(sure)
captioned(
    quilt(
        {
            "class 0": [Patch(pictures[i], (f"{sure[i]:.1f}",)) for i in order[:10]],
            "undecided": [
                Patch(pictures[i], (f"{sure[i]:.1f}",)) for i in np.argsort(np.abs(sure))[:10]
            ],
            "class 1": [Patch(pictures[i], (f"{sure[i]:.1f}",)) for i in order[-10:]],
        }
    ),
    "The design pictures of which the network is surest, either way, and those of which it is least "
    "sure; below each the logit of class 1 less that of class 0.",
)

# %%
Markdown(
    "\n".join(
        [
            "| digit | " + " | ".join(map(str, range(10))) + " |",
            "| --- |" + " --- |" * 10,
            "| share in class 1 | "
            + " | ".join(f"{labels[digits == d].mean():.2f}" for d in range(10))
            + " |",
        ]
    )
)

# %% [markdown]
# Class 1 has zeros and ones; what do they have in common? Ink: zeros have much, ones have little.
# That would be an interval of one number, with class 0 in the middle.
#
# ## First hypothesis: the amount of ink
#
# A *score* is a function of a batch. `aann.fit_thresholds` finds the thresholds that give most of
# the network's labels, on design pictures, exactly.


# %%
def ink(images):
    """Thousands of grey levels in the picture."""
    return 0.255 * images.sum((1, 2, 3))


by_ink = aann.fit_thresholds(design, ink, model, k=2)
print(by_ink)

# %%
agreed = aann.label_agreement(model, by_ink, heldout)
Markdown(
    f"Held out, n = {n:,}: the labels of **{agreed.with_network.share}** of the pictures are the network's, "
    f"kappa {agreed.with_network.kappa:.2f}; always the more frequent class gets {agreed.majority.share}."
)

# %% [markdown]
# Better than nothing, and wrong. **Error**: where does it differ, when the network is sure?

# %%
captioned(
    disagreements(agreed, heldout, score=np.asarray(ink(heldout.load(range(n)))), most=10),
    "Of each kind of difference the held-out pictures of which the network is surest: name, margin of the "
    "network, and ink.",
)

# %% [markdown]
# ## Second hypothesis: likeness to something
#
# Ink in the right place? Ones and zeros are opposites: a zero has ink all around the middle, a one
# has it in the middle. A score with both at its ends is the likeness to a *template*, ink on it
# counting for and ink beside it against. Which template? We try training pictures, one after the
# other. How well could *any* function of the likeness tell the classes apart? Cut it into forty
# bins, and take the better class in each.

# %%
flat = pictures.reshape(len(pictures), -1)


def separates(score, bins=40):
    """Share of the design pictures that a function of the score could label as the network does."""
    place = np.argsort(np.argsort(score)) * bins // len(score)
    ones = np.bincount(place, labels, bins) / np.bincount(place, minlength=bins)
    return np.maximum(ones, 1 - ones).mean()


tried = np.asarray([separates(flat @ (2 * flat[i] - 1)) for i in range(candidates)])
best = np.argsort(-tried)
print("ink:", separates(flat.sum(1)).round(3))
captioned(
    quilt(
        {
            "templates": [
                Patch(pictures[i], (f"{design.names[i]}", f"{tried[i]:.3f}")) for i in best[:8]
            ]
        },
        columns=8,
    ),
    f"Of the first {candidates} training pictures those that separate the classes best, and the share of "
    "design pictures that some function of the likeness to them could label right.",
)

# %% [markdown]
# One picture stands out: a "1".

# %%
template = pictures[best[0]]


def likeness(images):
    """Correlation with the template, in thousands of grey levels."""
    return 0.255 * (images * (2 * template - 1)[None]).sum((1, 2, 3))


by_likeness = aann.fit_thresholds(design, likeness, model, k=2)
print(by_likeness)
published = np.asarray(rule.BOUNDS) / 1000
captioned(
    landscape(by_likeness, {"published": published}),
    "Share of the design pictures that two thresholds label as the network does, all pairs of thresholds "
    "and a close-up; the published rule has the same template and the thresholds of the cross.",
)

# %%
agreed = aann.label_agreement(model, by_likeness, heldout)
Markdown(
    f"Held out, n = {n:,}: the labels of **{agreed.with_network.share}** of the pictures are the network's, "
    f"kappa {agreed.with_network.kappa:.2f}. Where they differ the network's median margin is "
    f"{np.median(np.concatenate([k.margins for k in agreed.kinds])):.2f}, over all pictures "
    f"{np.median(np.abs(sure)):.2f}."
)

# %% [markdown]
# The authors of the challenge published their rule: training picture 6 as the template, and two
# thresholds. `accuracy_at` says how well these give the network's labels, on the same design
# pictures:

# %%
cost = by_likeness.accuracy - by_likeness.accuracy_at(published)
Markdown(
    f"Template: {design.names[best[0]]}; the published one is train-{rule.CLUE:05d}. "
    f"Fitted thresholds label {by_likeness.accuracy:.4f} of the design pictures as the network does, the published "
    f"ones {cost:.4f} less."
)

# %% [markdown]
# ## The error that is left
#
# So the labels' program is found. But the network is not it: it differs on some pictures, near the
# thresholds, where it is unsure. Does it differ *at random*, or does it compute something else?
# Ask what the likeness leaves over: among design pictures of the same likeness, which pixels go
# with a higher logit of class 1? For the two arms separately, that of pictures unlike the template
# and that of pictures like it:

# %%
score = np.asarray(likeness(pictures))
middle = np.median(score[labels == 0])


def left_over(arm, bins=30, ridge=0.3):
    """What each pixel's ink adds to the logit difference at the same likeness: ridge regression."""
    place = np.argsort(np.argsort(score[arm])) * bins // arm.sum()
    count = np.bincount(place)
    over = sure[arm] - (np.bincount(place, sure[arm]) / count)[place]
    ink_left = flat[arm] - np.stack([flat[arm][place == b].mean(0) for b in range(bins)])[place]
    squares = ink_left.T @ ink_left + ridge * len(over) * np.eye(ink_left.shape[1])
    return np.linalg.solve(squares, ink_left.T @ over).reshape(28, 28)


arms = {"unlike the template": left_over(score < middle), "like it": left_over(score >= middle)}
patches = [Patch(slope / np.abs(slope).max(), (name,)) for name, slope in arms.items()]
alike = np.corrcoef(*(slope.ravel() for slope in arms.values()))[0, 1]
captioned(
    quilt(
        {"counts for class 1": [*patches, Patch(2 * template[..., 0] - 1, ("the template",))]},
        columns=5,
    ),
    "What ink at each pixel adds to the logit difference beyond what the likeness says, on each arm; "
    "white for class 1, black against, each picture in its own scale; and the template.",
)

# %%
Markdown(f"Correlation of the two pictures, pixel by pixel: **{alike:.2f}**.")

# %% [markdown]
# Were it noise, the two pictures would have nothing to do with each other, for they are made of
# different digits. They are related, with the sign turned: that is what *one* correction of the
# template does, which the two arms read with opposite signs. The network has learned another "1"
# than that of the rule.
#
# ## Next: from labels to logits
#
# So the third program is one of the *logits*: a V of the likeness, whose two arms are straight
# lines. And a fourth, in which slow waves correct the template, the same for both arms. Both are
# in `circuits/eis_vii_mnist`, their constants fitted on design pictures.

# %%
seen = evidence.look(model, design, template[..., 0])
vee, refined_vee = fit.vee(seen), refined.clue_and_waves(seen)
report = aann.evaluate(
    model, refined_vee, heldout, design=design, programs=[vee, fit.label(seen)], linear=False,
    rows=["best constant"], draws=draws, name="mnist",
)  # fmt: skip
figures(report)["recovered"]

# %%
names = (fit.label(seen).name, vee.name, refined_vee.name)
same = {
    r.name: aann.label_agreement(model, r, heldout) for r in (fit.label(seen), vee, refined_vee)
}
gap = aann.compare(
    report, refined_vee.name, other_row=vee.name, metrics=["kl"], draws=draws
).differences[0]
Markdown(
    "\n".join(
        [
            "| program | labels as the network | KL recovered | constants besides the template |",
            "| --- | --- | --- | --- |",
            *(
                f"| {name} | {same[name].with_network.share} | {report.row(name).recovered['kl']} | "
                f"{report.row(name).constants - 784} |"
                for name in names
            ),
            f"\nHeld out, n = {n:,}. The waves are worth {gap.difference} of KL.",
        ]
    )
)

# %% [markdown]
# The rule explains the labels, the V what the network does about them, the waves a part of how it
# differs. What is still missing can be seen in the pictures on which the last program and the
# network differ:

# %%
captioned(
    disagreements(same[refined_vee.name], heldout, most=10),
    "Of each kind of difference the held-out pictures of which the network is surest: name, and margin of "
    "the network.",
)
