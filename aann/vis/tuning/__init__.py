"""How units answer to stimuli: tuning curves, what they are summed up by, and who is tuned at all.

Start with ``radial`` (directions of curves, with a band); ``find`` looks for a family of units with
any stimulus and one parameter. ``circular`` holds the statistics of angles.
"""

from aann import moved

__getattr__ = moved.names(
    __name__,
    {"responses": "responses", "mean_vector": "circular", "angle_between": "circular"},
)
