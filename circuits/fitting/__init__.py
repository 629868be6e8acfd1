"""What the fits of several circuits share, on design examples alone.

``descent`` fits constants by gradient descent, ``finish`` goes on from there through the rest of
the network, ``divergence`` fits few constants by KL alone, ``loudness`` raises gains by what the
network makes of them, ``attention`` makes programs of attention patterns, ``design`` refuses
held-out examples.
"""
