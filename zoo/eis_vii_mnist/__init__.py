"""The first of two challenges for mechanists: a network whose labelling program was not told.

Stephen Casper, "EIS VII: A Challenge for Mechanists" (2023), solved by Stefan Heimersheim and
Marius Hobbhahn. ``model`` is the network, ``rule`` the program of its training labels.
"""
