"""Synthetic stimuli to probe models with, each kind drawn for thousands of settings at once.

Renderers give covers: how much of each pixel a shape covers, (n, y, x) in [0, 1], float32, with
smooth edges. Each setting is one number for all pictures or one a picture. ``paint`` makes pictures
of covers, in the colours and the range of a model. Angles are degrees, counted from right (0)
towards up (90); places are rows and columns of pixels, rows downwards.

Start with ``arcs``; ``canvas`` is what the renderers share. ``tokens`` makes sequences.
"""

from aann import moved

__getattr__ = moved.names(
    __name__, dict.fromkeys(("Variant", "arc", "pictures", "variants"), "curves")
)
