"""The traced program: marks in it, and evaluating it in pieces. Knows nothing of replacements.

Start with ``site`` (a mark is a primitive that is the identity) and ``graph`` (a jaxpr with its
sites found; ``meant`` helps who misspells one); ``inline`` and ``loops`` open the calls and loops
that hold sites, ``run``, ``part`` and ``segment`` evaluate pieces, ``affine`` finds what is linear,
``precision`` casts products.

May use: ``model``, ``shown``.
"""
