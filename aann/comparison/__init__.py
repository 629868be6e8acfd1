"""Reports against each other: the paired difference of two programs, and the n that it takes.

Start with ``compare``; ``pairing`` brings the examples of two reports together, ``sample_size`` and
``power`` plan the next evaluation.

May use: ``report``, ``statistics``, ``shown``.
"""
