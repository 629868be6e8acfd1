"""Training the small networks of the zoo again: ``python -m zoo.train.modular_addition --seed 0``.

``loop`` trains and can be killed at any time, ``state`` keeps what a killed run needs, ``command``
is the command line and writes the results, ``sampled`` is the task of networks whose batches are
drawn anew, ``pairs`` that of networks that are trained on some of all pairs, and each network has a
file with its data and its loss.
Nothing here is needed to load the weights that come with the package.
"""
