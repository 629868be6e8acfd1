"""Arrays in, numbers out: the bootstrap and its intervals.

Start with ``bootstrap`` (recovered, and differences of it); ``resample`` draws, ``interval`` knows
the methods, of which ``studentised`` has the default; ``simultaneous`` is for many at once.

May use: ``shown``, for the reprs of its data.
"""
