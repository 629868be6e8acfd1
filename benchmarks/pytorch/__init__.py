"""What benchmarks compare with, in PyTorch; nothing else needs it.

Imported after the arguments are read, so that ``--help`` answers where PyTorch is missing.
"""

try:
    import torch  # noqa: F401
except ImportError as error:
    raise SystemExit("this benchmark compares with PyTorch: pip install torch") from error
