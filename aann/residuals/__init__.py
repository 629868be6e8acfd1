"""The residual lab: where a program is wrong, what that costs, what it does not know.

    lab = aann.residuals(model, program, design)

Start reading in ``lab``: it observes once what the network and the program have at each unit and
hands that to the measurements, one to a file. Each measurement is a function of what was observed,
returns plain arrays that print as a table, and has a figure in ``aann.vis.residuals``.

The package can be called, for what it is about is one thing: the lab.

May use: all wings but ``vis``.
"""

import sys

from aann.residuals.door import Door

sys.modules[__name__].__class__ = Door
