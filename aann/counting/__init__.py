"""What a program knows: its constants, its description length in bits, its flops.

Start with ``complexity``, which says what is counted and what is not. Two accounts are taken:
``reach`` (the source and all that it leads to, with ``source``, ``objects``, ``content``, ``text``)
and ``traced`` (the program as JAX sees it). ``natural`` prices the units that were replaced.

May use: ``splicing``, ``program`` and what lies below them.
"""
