"""Sites for unmodified Flax models.

``aann.adapters.linen.model`` and ``aann.adapters.nnx.model`` make an ``aann.Model`` out of a module
and its variables; whatever a module takes and returns is a site, named by the module's path:

    model = aann.adapters.linen.model(
        resnet, variables, inputs=jax.ShapeDtypeStruct((224, 224, 3), jnp.float32), train=False
    )
    aann.sites(model)

| name | what |
| --- | --- |
| ``encoder/block_1`` | what the module at this path returns |
| ``encoder/block_1.attend`` | what its method ``attend`` returns |
| ``encoder/rnn:output.0``, ``encoder/rnn:output.mean`` | arrays of a tuple or dict it returns |
| ``encoder/block_1:input`` | its first argument (``encoder/block_1.attend:input`` of a method) |
| ``encoder/block_1:input.1``, ``encoder/block_1:input.mask`` | its other arguments |
| ``encoder/attention:probabilities`` | attention probabilities (batch, head, query, key) |

The outermost module goes by its class's name (``ResNet``). What is called more than once is
numbered in the order of execution (``encoder/norm#0``), and what is inside a ``scan`` has the
number of its step (``layers/mlp[3]``), like all marks. An array that is passed or returned twice
(queries and keys of self-attention) is one site, under the first of its names. What does not depend
on parameters or inputs is not marked.

Flax is imported with this package, which ``aann.adapters`` does when it is first asked for, and not
with ``aann``.
"""

from aann.adapters import linen, nnx

__all__ = ["linen", "nnx"]
