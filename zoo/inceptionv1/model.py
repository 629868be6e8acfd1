"""InceptionV1 (GoogLeNet) as trained at Google, every layer a named site.

Inputs are RGB pixels in [0, 255], float32, (batch, 224, 224, 3); the model subtracts 117 itself.
Outputs are logits (batch, 1008). Unit i is line i of ``synsets.txt`` (unit 0 is a dummy, the units
above 1000 are unused). Sites carry the names of Distill and Lucid: ``conv2d0``, ``mixed3b``,
``mixed3b_5x5``, ``mixed3b_5x5_pre_relu``, ...; a block's channels are its branches 1x1, 3x3, 5x5
and pool in this order.

Variants, one architecture and two training runs, so that unit numbers do not carry over:

* ``dump``: as dumped for Torch (github.com/soumith/inception.torch). All that is measured in this
  project is measured on it.
* ``distill``: ``inception5h``, the checkpoint of Distill and Lucid, for users of their unit numbers
  (``zoo.distill_units``). **Untested against the published file**, which was out of reach; see
  ``zoo.inceptionv1.inception5h``.

Sharp edges:

* Where the stride is 2, TensorFlow's SAME puts the odd pixel of padding below and to the right,
  Torch pads evenly. The weights tell: on the 1,000 pictures of ``imagenet_samples`` the mean
  cross-entropy is 0.516 nats with SAME and 0.686 with Torch's symmetric padding (paired difference
  0.169 +- 0.021; 0.529, difference 0.013 +- 0.009, where the convolution alone is symmetric), so
  this model pads as TensorFlow does. In the same way: the normalisation's alpha is over the window;
  with that alpha for each channel it is 1.058. ``python -m zoo.evidence`` measures it all again.
* ``distill`` normalises in the same way: the LRN nodes of Lucid's graph have depth_radius 5,
  alpha 1e-4, beta 0.5, bias 2 (printed in github.com/greentfrapp/lucent/pull/51), which is alpha
  1.1e-3 over 11 channels, as Captum's conversion has it, too. The PyTorch scripts published beside
  the weights, and Lucent, have ``InceptionV1(window=9, alpha=1e-4, k=1.0)`` instead. On a machine
  with network ``python -m zoo.evidence --variant distill`` tells which of them fits the weights.
"""

import functools
from typing import Any, Final

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import aann
from zoo.checkpoints import checkpoint
from zoo.files import assets
from zoo.inceptionv1 import inception5h
from zoo.inceptionv1.layers import (
    Padding,
    convolve_by_two,
    local_response_norm,
    max_pool,
    same_padding,
)
from zoo.inceptionv1.winograd import Conv3x3

VARIANTS: Final = ("dump", "distill")
MEAN_PIXEL = 117.0  # Lucid's graph takes pixels from -117 to 138, too
CLASSES = 1008
WINOGRAD_UP_TO = 14  # pixels; on larger maps the direct convolution is as fast

BLOCKS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 204, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 48, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Widths of 1x1, 3x3 bottleneck, 3x3, 5x5 bottleneck, 5x5 and pool reduction in each block."""

STRIDE_2_PADDING = {
    "tensorflow": (None, None),
    "torch": ((3, 3), (1, 1)),
    "torch-ceil": ((3, 3), (0, 1)),
}
"""Pixels before and after each axis in the 7x7 convolution and the 3x3 pooling of stride 2; None is
SAME. "torch-ceil" pools without padding, its last window reaching over the edge."""


class InceptionV1(nn.Module):
    """The network, main path only.

    Attributes:
        padding: a key of ``STRIDE_2_PADDING``.
        window: channels of the local response normalisation.
        alpha: its strength over the window.
        k: its divisor where nothing is active, squared.
    """

    padding: str = "tensorflow"
    window: int = 11
    alpha: float = 1.1e-3
    k: float = 2.0

    @nn.compact
    def __call__(self, pixels: Float[Array, "batch h w 3"]) -> Float[Array, "batch 1008"]:
        """RGB pixels in [0, 255] to logits."""
        x = self.stem(pixels - MEAN_PIXEL)
        for block in ("3a", "3b"):
            x = self.mixed(block, x)
        x = aann.site("maxpool4", self.halve(x))
        for block in ("4a", "4b", "4c", "4d", "4e"):
            x = self.mixed(block, x)
        x = aann.site("maxpool10", self.halve(x))
        for block in ("5a", "5b"):
            x = self.mixed(block, x)
        x = aann.site("avgpool0", jnp.mean(x, axis=(1, 2)))
        return aann.site("logits", nn.Dense(CLASSES, name="softmax2")(x))

    def stem(self, x: jax.Array) -> jax.Array:
        """Centred pixels to the input of mixed3a: (batch, 224, 224, 3) to (batch, 28, 28, 192)."""
        x = self.conv("conv2d0", x, 64, window=7, stride=2)
        x = aann.site("maxpool0", self.halve(x))
        x = aann.site("localresponsenorm0", self.normalise(x))
        x = self.conv("conv2d1", x, 64)
        x = self.conv("conv2d2", x, 192, window=3)
        x = aann.site("localresponsenorm1", self.normalise(x))
        return aann.site("maxpool1", self.halve(x))

    def mixed(self, block: str, x: jax.Array) -> jax.Array:
        """One Inception block: four branches side by side on the channel axis."""
        name, widths = f"mixed{block}", BLOCKS[block]
        one = self.conv(f"{name}_1x1", x, widths[0])
        three = self.conv(f"{name}_3x3_bottleneck", x, widths[1])
        three = self.conv(f"{name}_3x3", three, widths[2], window=3)
        five = self.conv(f"{name}_5x5_bottleneck", x, widths[3])
        five = self.conv(f"{name}_5x5", five, widths[4], window=5)
        pool = aann.site(f"{name}_pool", max_pool(x, 3, 1, ((1, 1), (1, 1))))
        pool = self.conv(f"{name}_pool_reduce", pool, widths[5])
        return aann.site(name, jnp.concatenate([one, three, five, pool], axis=-1))

    def conv(
        self, name: str, x: jax.Array, width: int, window: int = 1, stride: int = 1
    ) -> jax.Array:
        """Convolution and ReLU, both marked, in the form that XLA's CPU backend runs fastest."""
        layer: nn.Module
        if window == 1:
            layer = nn.Dense(width, name=name)
        elif window == 3 and x.shape[1] <= WINOGRAD_UP_TO:
            layer = Conv3x3(width, name=name)
        else:
            padding = self.pad(x, window, stride, STRIDE_2_PADDING[self.padding][0])
            layer = nn.Conv(
                width, (window, window), (stride, stride), padding, name=name,
                conv_general_dilated=convolve_by_two if stride == 2 else None,
            )  # fmt: skip
        x = aann.site(f"{name}_pre_relu", layer(x))
        return aann.site(name, nn.relu(x))

    def halve(self, x: jax.Array) -> jax.Array:
        """3x3 max pooling with stride 2."""
        return max_pool(x, 3, 2, self.pad(x, 3, 2, STRIDE_2_PADDING[self.padding][1]))

    def normalise(self, x: jax.Array) -> jax.Array:
        """Local response normalisation."""
        return local_response_norm(x, size=self.window, alpha=self.alpha, k=self.k)

    def pad(self, x: jax.Array, window: int, stride: int, given: tuple[int, int] | None) -> Padding:
        """What ``given`` asks for where the stride is 2, otherwise SAME."""
        if stride == 2 and given is not None:
            return given, given
        height, width = (same_padding(x.shape[axis], window, stride) for axis in (1, 2))
        return height, width


def load(variant: str = "dump", network: InceptionV1 | None = None) -> aann.Model:
    """The pretrained network (weights from the mirror, the cache or the pinned source).

    Args:
        variant: one of ``VARIANTS``.
        network: what the weights go into; others than the default are for comparison.

    Raises:
        zoo.AssetError: the weights are neither here nor to be had, or are damaged.
        ValueError: no such variant, or the files do not hold this architecture.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant is one of {', '.join(VARIANTS)}, got {variant!r}")
    network = network or InceptionV1()
    inputs = jax.ShapeDtypeStruct((224, 224, 3), jnp.float32)
    shapes = jax.eval_shape(
        network.init, jax.random.key(0), jax.ShapeDtypeStruct((1, *inputs.shape), inputs.dtype)
    )
    read = _from_dump if variant == "dump" else _from_conversion
    return aann.Model(
        apply=functools.partial(_apply, network),
        params=read(shapes["params"]),
        name="inceptionv1" if variant == VARIANTS[0] else f"inceptionv1:{variant}",
        inputs=inputs,
    )


def _from_dump(expected: Any) -> Any:
    files = assets.fetch("inceptionv1")
    kernels = {path.stem: path for path in files.values() if path.suffix == ".h5"}
    return checkpoint.from_torch_dump(kernels, expected)


def _from_conversion(expected: Any) -> Any:
    path = assets.fetch("inception5h")[inception5h.FILE]
    return inception5h.parameters(path, expected)


def _apply(network: InceptionV1, params: Any, pixels: jax.Array) -> Any:
    return network.apply({"params": params}, pixels)
