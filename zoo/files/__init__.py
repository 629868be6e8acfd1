"""Published files, found or downloaded, and verified.

Start with ``assets`` (``fetch``); ``sources`` says where each was published, ``checksums`` what its
content is, ``download`` completes the user's cache.
"""
