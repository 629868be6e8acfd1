"""Papers that run: ``NN_name.py`` and ``NN_name.ipynb`` are one notebook, source and what it gave.

Open them in Jupyter, or read what they gave on GitHub. ``python -m notebooks`` runs them again.
"""
