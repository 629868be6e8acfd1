"""A model cut at its sites with everything compiled once, and what can be put in place of units.

Start with ``workbench``; ``ablation`` holds the rungs of the ladder, ``linear`` the linear
prediction among them.

May use: ``counting`` (programs are looked at before they run), ``splicing`` and what lies below.
"""
