"""What the user writes: a program, where it goes, and the constants that it knows.

Start with ``replacement``; ``registry`` is ``aann.register`` and ``aann.make``, ``place`` and
``axes`` say which part of a site is meant, ``coordinates`` which axes of it are one unit's own,
``constant`` is a number with its origin. ``host`` runs programs in NumPy, ``outside`` keeps
programs from looking at files, clocks and their own text.

May use: ``trace``, ``shown``.
"""
