"""Arrays in, numbers out: the bootstrap and its intervals.

Start with ``bootstrap`` (recovered, and differences of it); ``resample`` draws, ``interval`` makes
percentile and BCa intervals.

May use: ``shown``, for the reprs of its data.
"""
