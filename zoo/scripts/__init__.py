"""What command lines share: all that ``python -m`` runs in ``zoo``, ``circuits`` and ``evals``.

``script`` makes the parser and turns errors into messages, ``integers`` are kinds of arguments.
"""
