"""Which form of InceptionV1 do its weights belong to? ``python -m zoo.evidence``

The files hold kernels and biases, but neither the padding nor the convention for the strength of
the normalisation. The right form is the one whose loss is lowest: for each this prints mean
cross-entropy on ``imagenet_samples``, the difference to the first with the standard error of that
(paired) difference, and top-1. Half a minute to a minute a form.
"""

import jax
import numpy as np

import aann
import zoo
from zoo.inceptionv1 import model as inceptionv1
from zoo.inceptionv1.model import InceptionV1
from zoo.scripts import script

BATCH = 25
NETWORKS = {
    "SAME (TensorFlow), alpha over the window": InceptionV1(),
    "symmetric (Torch), alpha over the window": InceptionV1(padding="torch"),
    "symmetric convolution, pooling rounded up (Torch), alpha over the window": InceptionV1(
        padding="torch-ceil"
    ),
    "SAME (TensorFlow), alpha of each channel": InceptionV1(alpha=11 * 1.1e-3),
    "SAME (TensorFlow), normalised as Lucent does": InceptionV1(window=9, alpha=1e-4, k=1.0),
}


def losses(model: aann.Model, images: aann.Examples) -> tuple[np.ndarray, np.ndarray]:
    """Cross-entropy in nats and whether the first guess is right, one number an image."""
    if images.labels is None:
        raise ValueError(f"{images.name!r} has no labels")
    apply = jax.jit(model.apply)
    batches = [range(i, min(i + BATCH, len(images))) for i in range(0, len(images), BATCH)]
    logits = np.concatenate([apply(model.params, images.load(batch)) for batch in batches])
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    normaliser = np.log(np.exp(shifted).sum(axis=1))
    nll = normaliser - shifted[np.arange(len(images)), images.labels]
    return nll, logits.argmax(axis=1) == images.labels


def main(argv: list[str] | None = None) -> None:
    """Print one line a network."""
    parser = script.parser("zoo.evidence", __doc__)
    parser.add_argument(
        "--variant", choices=inceptionv1.VARIANTS, default=inceptionv1.VARIANTS[0],
        help="whose weights (default: %(default)s)",
    )  # fmt: skip
    variant = parser.parse_args(argv).variant
    images = zoo.data("imagenet_samples")
    first = None
    for name, network in NETWORKS.items():
        nll, right = losses(inceptionv1.load(variant, network), images)
        first = nll if first is None else first
        more = nll - first
        error = more.std(ddof=1) / np.sqrt(len(more))
        print(
            f"{nll.mean():.4f} nats ({more.mean():+.4f} +- {error:.4f}), "
            f"top-1 {right.mean():.3f}: {name}",
            flush=True,
        )


if __name__ == "__main__":
    script.run(main)
