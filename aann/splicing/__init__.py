"""Programs in place of activations, and a model in pieces.

Start with ``splice`` (``aann.sites``, ``capture``, ``splice``); ``cut`` splits a model at its sites
into a prefix that runs once a batch and a suffix that runs once a replacement, ``levels`` does so
for several sites, one below the other.

May use: ``program``, ``trace``, ``shown``.
"""
