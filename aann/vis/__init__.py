"""Figures, and the pictures that units are tried with: the only wing that imports matplotlib.

Start with ``report`` (all figures of a report); ``style`` is what they share. ``stimuli`` makes
synthetic curves and lines, ``tuning`` measures how units answer to them.

May use: everything. Import the modules here where they are needed.
"""
