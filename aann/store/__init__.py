"""What is kept on disk between batches and runs, and under which key.

Start with ``key`` (everything that a result depends on, as one digest); ``shard`` is a file of
arrays with a checksum, ``prefixes`` keeps what comes before the replaced sites, ``partial`` the
results of single batches, ``room`` says beforehand whether it fits.

May use: ``bench`` and what lies below it.
"""
