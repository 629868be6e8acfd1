"""The same model with many things put in place of its units, one after the other.

Start with ``sweep`` (every unit ablated alone) or ``settings`` (many constants of one program);
``pareto`` finds those that are worth their bits. ``one_by_one`` and ``low_rank`` do the work,
``linearity`` finds where a suffix is linear, so that a sweep is a product of matrices.

May use: ``evaluation`` and what lies below it.
"""
