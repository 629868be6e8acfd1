"""What carries an answer through a network: patching, attribution, lenses, head scores.

Works on any ``aann.Model``; ``blocks`` says how the sites of a transformer are called. Start with
``patch`` (activations of another run, one place at a time); ``path`` patches single edges,
``attribution`` estimates all places at once from gradients, and ``direct``, ``lens``, ``heads`` and
``copying`` read the weights and the residual stream. ``pairs`` and ``contributions`` serve them.

May use: every wing but ``vis``, the residual lab and sweeps.
"""
