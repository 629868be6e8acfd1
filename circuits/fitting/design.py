"""Constants are fitted on design examples alone: held-out ones are refused."""

import aann


def check(design: object, what: str = "examples") -> None:
    """Refuse what is no design half.

    Args:
        design: what a fit was given.
        what: the circuit's word for examples.

    Raises:
        TypeError: it is not a ``Design``.
    """
    if not isinstance(design, aann.Design):
        raise TypeError(
            f"constants are fitted on design {what} only, got {type(design).__name__}: "
            "aann.split(examples) makes the halves"
        )
