"""What the evaluations gave, and the pages that quote it.

``saved/`` holds one small file for each run that README.md, circuits/README.md or docs/ quote:
rows, constants, bits, provenance; no arrays. ``quotes/`` says, page by page, which sentence and
which table quotes which of its numbers. ``python -m results`` compares the two, ``--write``
rewrites the pages, ``--take`` takes in what a new run wrote. Start with ``pages``, and with
``recount`` for the check that today's code still counts what is saved.
"""
