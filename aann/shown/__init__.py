"""How values show themselves in a terminal and in a notebook: never more than one screen.

Start with ``brief``, the repr of everything that has fields. What is better seen as a table is a
``screen.Tabular``; ``listing`` has the dict that does so, ``table`` the tables of text.

At the bottom, so that models, sites and programs can use it; what a report looks like is
``report``. May use: nothing of aann.
"""
