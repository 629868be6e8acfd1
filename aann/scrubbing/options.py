"""The options that all scrubs share."""

from typing import TypedDict


class ScrubOptions(TypedDict, total=False):
    """See ``aann.scrub``."""

    scrubs: int
    seed: int
    draws: int
    batch_size: int | None
    memory: int
    progress: bool
