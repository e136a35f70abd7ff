"""datamoat: a training corpus whose every token can be traced back to its source."""

from pipelines import __version__

__all__ = ["__version__"]
