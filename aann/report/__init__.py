"""Results as plain data, and what they look like.

Start with ``report``, the data classes: they know nothing of their renderings, which are ``text``
(terminal and Markdown) and ``html`` (one page for any browser, from ``templates/``). ``file`` reads
reports back, ``grid`` is a table of any kind.

May use: ``statistics``, ``shown``.
"""
