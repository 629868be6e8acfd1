"""What InceptionV1's output units stand for."""

import functools

from zoo.files import assets

OUTPUTS = 1008


@functools.cache
def synsets() -> tuple[str, ...]:
    """WordNet id and words of each output unit, in order; unit 0 is a dummy.

    Raises:
        zoo.AssetError: the list is neither here nor to be had, or is damaged.
    """
    path = assets.fetch("inceptionv1", ["synsets.txt"])["synsets.txt"]
    return tuple(path.read_text(encoding="utf-8").splitlines()[:OUTPUTS])


def unit_of_wnid() -> dict[str, int]:
    """WordNet id -> output unit."""
    ids = [line.split(maxsplit=1)[0] for line in synsets()]
    return {wnid: unit for unit, wnid in enumerate(ids) if wnid.startswith("n")}
