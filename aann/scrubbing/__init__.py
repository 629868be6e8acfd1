"""Causal scrubbing: does a network use what a program says that it uses?

``hypothesis`` ties the named values of a program to sites, ``scrub`` puts in other examples'
activations wherever the program says that nothing changes, and ``interchange`` asks whether the
program predicts what happens where something does. ``interpretation`` reads the program,
``equivalence`` says which examples agree, ``plan`` draws them and ``runner`` runs the network.

May use: ``evaluation``, ``patching`` and what lies below them.
"""
