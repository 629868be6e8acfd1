"""What a run may use: devices, processes, memory, disk, and the precision.

Start with ``machine``; ``processes`` keeps several hosts together, ``kept`` holds arrays in memory
within a budget, ``heap`` gives freed memory back to the system, ``progress`` shows how far a long
loop is.

May use: ``trace.precision``, ``model``, ``shown``.
"""
