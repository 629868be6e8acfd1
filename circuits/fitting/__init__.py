"""What the fits of several circuits share, on design examples alone.

``descent`` fits constants by gradient descent, ``divergence`` does so on KL, ``loudness`` raises
gains by what the network makes of them, ``attention`` makes programs of attention patterns,
``design`` refuses held-out examples.
"""
