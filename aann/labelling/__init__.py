"""Recover the program of the labels: a network, a candidate program, and where they differ.

Start with ``agreement`` (``aann.label_agreement``): how often a program gives the label that the
network gives, or the true one, and on which examples it does not. ``fitting``
(``aann.fit_thresholds``) finds the thresholds of a score on design examples, ``thresholds`` is what
it found, with the accuracy of all others. ``labeller`` says what counts as a program of labels.

May use: ``evaluation`` and what lies below it. Figures are in ``aann/vis``.
"""
