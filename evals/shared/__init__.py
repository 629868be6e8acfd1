"""What several evaluations share.

``start`` is how they begin and ``tour`` how they go from network to network; ``arguments`` and
``machine`` are their arguments, ``command`` what they say and write, ``seeds`` their tables.
"""
