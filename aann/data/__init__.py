"""Examples in two halves that never meet: design to fit and look at, held-out to report on.

Start with ``examples``; ``halves`` checks that they are what they say, ``batches`` feeds them to
compiled functions, ``provenance`` says in a report where they came from.

May use: ``machine``, ``statistics``, ``shown``.
"""
