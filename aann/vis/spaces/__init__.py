"""A layer's whole space: its directions, what it says of one picture, and where it looks.

``factors`` finds a few directions that make up a layer, ``dictionary`` spells out one picture in
channels, ``attribution_quilt`` shows what a unit looks at, ``atlas`` maps a layer.
"""
