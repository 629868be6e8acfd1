"""Safetensors files: arrays and texts by name, all of a file at once.

The format is safe to read; its header is bounded here, so that a small file is no long list.
"""

from pathlib import Path
from typing import Final

import numpy as np
from safetensors import SafetensorError, safe_open

from zoo.checkpoints.content import check_regular

LONGEST: Final = 1 << 22
"""Bytes of a header: some 40,000 arrays."""


def read_tensors(path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Metadata and arrays.

    Raises:
        ValueError: the file is damaged, or has arrays of a kind that NumPy lacks.
        OSError: it cannot be read.
    """
    check_regular(path)
    with path.open("rb") as opened:
        if int.from_bytes(opened.read(8), "little") > LONGEST:
            raise ValueError(f"its header is longer than {LONGEST} bytes, or it is damaged")
    try:
        with safe_open(path, "np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return dict(file.metadata() or {}), arrays
    except (SafetensorError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise ValueError(str(error)[:200]) from error
