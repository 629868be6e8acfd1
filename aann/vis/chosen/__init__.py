"""Examples that are chosen by a number at each of their positions, in one pass over the data.

``numbers`` says which numbers, ``tally`` goes through them batch by batch and keeps what is needed
in bounded memory, ``found`` is what comes out. Start with ``aann.vis.examples``, which is the way
in. May use: what ``vis`` may.
"""
