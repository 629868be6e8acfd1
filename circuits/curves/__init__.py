"""Curve detectors of InceptionV1's mixed3b, from pixels.

``program`` is the circuit, ``energy`` its first stage and ``lobes`` its filters; ``family`` finds
its units in any checkpoint, ``fit`` what differs from unit to unit, ``shape`` what they share;
``inputs`` and ``cells`` measure what pictures a model takes and where the cells of a site look,
``placed`` brings programs there, ``checks`` refuses what does not fit; ``controls`` are wrong
programs, ``baselines`` simpler ones, ``filters`` what programs of several circuits draw with,
``mirrored`` what scripts that print constants start from; ``rounds`` how the program grew.
"""
