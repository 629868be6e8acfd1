"""Early curves and lines of InceptionV1's mixed3a, from pixels.

``program`` is the circuit, ``fit`` finds its constants on design images.
"""
