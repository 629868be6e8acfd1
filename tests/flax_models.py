"""Flax models as users write them, without any mark."""

import functools

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax import nnx

PICTURE = jax.ShapeDtypeStruct((8, 8, 3), jnp.float32)
VECTOR = jax.ShapeDtypeStruct((6,), jnp.float32)
TOKENS = jax.ShapeDtypeStruct((5,), jnp.int32)


class MLP(nn.Module):
    """One layer is used twice; the first one has a submodule that goes by its own name."""

    @nn.compact
    def __call__(self, x):
        middle = nn.Dense(6, name="middle")
        for _ in range(2):
            x = nn.tanh(middle(x))
        return nn.Dense(3)(x)


class ResidualBlock(nn.Module):
    filters: int
    norm: type
    strides: tuple = (1, 1)

    @nn.compact
    def __call__(self, x):
        y = nn.Conv(self.filters, (3, 3), self.strides, use_bias=False)(x)
        y = nn.relu(self.norm()(y))
        y = self.norm()(nn.Conv(self.filters, (3, 3), use_bias=False)(y))
        if x.shape != y.shape:
            x = nn.Conv(self.filters, (1, 1), self.strides, use_bias=False, name="project")(x)
            x = self.norm(name="norm_project")(x)
        return nn.relu(x + y)


class ResNet(nn.Module):
    """The architecture of flax/examples/imagenet, narrow."""

    @nn.compact
    def __call__(self, x, train=True):
        norm = functools.partial(nn.BatchNorm, use_running_average=not train, momentum=0.9)
        x = nn.Conv(4, (3, 3), use_bias=False, name="conv_init")(x)
        x = nn.relu(norm(name="bn_init")(x))
        x = nn.max_pool(x, (2, 2), strides=(2, 2))
        x = ResidualBlock(4, norm)(x)
        x = ResidualBlock(8, norm, strides=(2, 2))(x)
        return nn.Dense(5)(jnp.mean(x, axis=(1, 2)))


class TransformerBlock(nn.Module):
    deterministic: bool

    @nn.compact
    def __call__(self, x, mask):
        y = nn.LayerNorm()(x)
        attention = nn.MultiHeadDotProductAttention(2, dropout_rate=0.1, name="attention")
        y = attention(y, mask=mask, deterministic=self.deterministic)
        x = x + nn.Dropout(0.1, deterministic=self.deterministic)(y)
        y = nn.Dense(8, name="out")(nn.gelu(nn.Dense(16, name="in")(nn.LayerNorm()(x))))
        return x + nn.Dropout(0.1)(y, deterministic=self.deterministic)


class TransformerLM(nn.Module):
    """The architecture of flax/examples/lm1b, narrow: embedding shared with the logits."""

    deterministic: bool = True
    partitioned: bool = True

    @nn.compact
    def __call__(self, tokens):
        start = nn.initializers.normal(1.0)
        if self.partitioned:
            start = nn.with_logical_partitioning(start, ("vocab", "embed"))
        embed = nn.Embed(7, 8, embedding_init=start)
        mask = nn.combine_masks(
            nn.make_attention_mask(tokens > 0, tokens > 0), nn.make_causal_mask(tokens)
        )
        place = self.param("places", nn.initializers.normal(1.0), (1, 5, 8))
        x = embed(tokens) + place
        for i in range(2):
            x = TransformerBlock(self.deterministic, name=f"block_{i}")(x, mask)
        return embed.attend(nn.LayerNorm(name="norm")(x))


class NnxBlock(nnx.Module):
    def __init__(self, rngs):
        self.conv = nnx.Conv(4, 4, (3, 3), rngs=rngs)
        self.norm = nnx.BatchNorm(4, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)

    def __call__(self, x):
        return x + self.dropout(nnx.relu(self.norm(self.conv(x))))


class NnxNet(nnx.Module):
    """A convolutional net; the first block hangs in two places."""

    def __init__(self, rngs):
        self.first = nnx.Conv(3, 4, (3, 3), strides=2, rngs=rngs)
        self.blocks = nnx.List([NnxBlock(rngs), NnxBlock(rngs)])
        self.tail = self.blocks[0]
        self.head = nnx.Sequential(
            nnx.Linear(4, 6, rngs=rngs), nnx.relu, nnx.Linear(6, 5, rngs=rngs)
        )

    def features(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.tail(x).mean((1, 2))

    def __call__(self, x):
        return self.head(self.features(x))


def initialised(module, one, seed=0, **kwargs):
    """Variables of a linen module, none of them zero or one."""
    variables = module.init(jax.random.key(seed), jnp.zeros((1, *one.shape), one.dtype), **kwargs)
    return moved(variables, seed)


def moved(tree, seed=0):
    """The tree with noise on its floating-point leaves, as training leaves them."""
    leaves, structure = jax.tree.flatten(tree)
    keys = jax.random.split(jax.random.key(seed + 1), len(leaves))
    noisy = [
        x + 0.1 * jax.random.uniform(k, x.shape) if jnp.issubdtype(x.dtype, jnp.floating) else x
        for x, k in zip(leaves, keys)
    ]
    return jax.tree.unflatten(structure, noisy)


def examples(one, n=3, seed=2):
    """A batch of inputs."""
    if jnp.issubdtype(one.dtype, jnp.integer):
        return jax.random.randint(jax.random.key(seed), (n, *one.shape), 0, 7)
    return jax.random.normal(jax.random.key(seed), (n, *one.shape))
