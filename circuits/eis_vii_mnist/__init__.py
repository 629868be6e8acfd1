"""The labels of the MNIST challenge of EIS VII: likeness to one "1", and two thresholds.

``program`` is the circuit, ``templates`` how the "1" can be drawn, ``refined`` where the network
departs from the rule. ``groups`` finds the units, ``fit`` the constants on design pictures,
``evidence`` holds the published tests, ``ceiling`` what other functions of the same reads reach.
"""
