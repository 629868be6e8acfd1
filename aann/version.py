"""The version of aann."""

__version__ = "0.1.0"
