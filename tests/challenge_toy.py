"""A network that is the program of the MNIST challenge: units with a gain and a threshold on s."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.eis_vii_mnist import evidence
from zoo.mnist.pictures import Part

GAIN = np.asarray([0.5, 0.4, 0.6, -0.5, -0.3, 0.05, 0.5])
THRESHOLD = np.asarray([-10.0, -10.0, -9.0, -14.0, -14.0, -90.0, 90.0])
ONE, INVERSE, ALWAYS, SILENT = (0, 1, 2), (3, 4), (5,), (6,)
WEIGHTS = np.asarray([1.0, 0.8, 0.5, 1.5, 1.2, -0.3, 0.7])
BIAS = -3.0


def clue():
    picture = np.zeros((28, 28), np.float32)
    picture[4:24, 13:15] = 1
    return picture


def apply(params, images):
    s = 0.255 * (images.reshape(len(images), -1) @ params["template"])[:, None]
    h = aann.site("fc1", jax.nn.relu(params["gain"][None] * (s - params["threshold"][None])))
    return aann.site("logits", h @ params["fc2"]["kernel"] + params["fc2"]["bias"][None])


def model(template=None):
    """The network; its template is the clue unless another is given."""
    template = clue() if template is None else template
    params = {
        "template": 2 * template.ravel() - 1,
        "gain": GAIN,
        "threshold": THRESHOLD,
        "fc2": {"kernel": np.stack([-WEIGHTS / 2, WEIGHTS / 2], 1), "bias": [-BIAS / 2, BIAS / 2]},
    }
    params = jax.tree.map(
        lambda x: jnp.asarray(x, jnp.float32), params, is_leaf=lambda x: isinstance(x, list)
    )
    return aann.Model(apply, params, "toy", jax.ShapeDtypeStruct((28, 28, 1), jnp.float32))


def images(n=300, seed=0):
    """Grey blocks of 4 x 4 pixels, few or many, on the clue, faint or strong."""
    rng = np.random.default_rng(seed)
    blocks = rng.random((n, 7, 7)) < rng.uniform(0.02, 0.2, (n, 1, 1))
    blocks = blocks * rng.uniform(0.5, 1, (n, 7, 7))
    blocks[:, 0, 0] = rng.uniform(0.01, 1, n)  # no two pictures are alike
    found = np.kron(blocks, np.ones((4, 4))) + rng.random((n, 1, 1)) * clue()
    found[:, :8, 20:] = 0.1 * rng.random((n, 8, 8))
    return (np.round(255 * found.clip(0, 1))[..., None] / 255).astype(np.float32)


def examples(n=300, seed=0, network=None):
    x = images(n, seed)
    logits = (network or model())(jnp.asarray(x))
    return aann.from_arrays("toys", x, np.asarray(logits.argmax(-1)).astype(np.int32))


def halves(n=600):
    return aann.split(examples(n))


def part():
    """Training pictures: number 6 is the clue, number 3 another "1"."""
    pictures = np.round(255 * images(10, 5)[..., 0]).astype(np.uint8)
    pictures[6] = np.round(255 * clue())
    pictures[3] = np.roll(pictures[6], 6, axis=1)
    return Part(pictures, np.asarray([0, 2, 0, 1, 4, 5, 1, 7, 8, 9], np.int32))


def seen(n=300, network=None):
    network = network or model()
    return evidence.look(network, aann.design(examples(n, network=network)), clue())
