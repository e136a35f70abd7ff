"""What runs: the only room that knows Beam."""

__version__ = "0.1.0"
