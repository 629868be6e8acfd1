"""The whole fit drawn anew: design examples resampled, program found and fitted again, evaluated.

Start with ``refit``; ``again`` resamples a design half, ``spread`` says how stable units and
constants are.

May use: ``evaluation``, ``report``, ``bench``, ``program``, ``data``, ``machine``, ``statistics``,
``shown``.
"""
