"""Keeps Beam's remarks about itself out of what the user sees; its errors stay."""

import logging

_APITOOLS = "apitools not found"


def quiet_beam() -> None:
    """Call before Beam is imported: it configures the root logger by logging a warning then."""
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    root.addFilter(_worth_reading)
    # Each pipeline on another runner would tell where its job server came from.
    logging.getLogger("apache_beam.utils.subprocess_server").setLevel(logging.ERROR)


def _worth_reading(record: logging.LogRecord) -> bool:
    """Google Cloud's libraries are not needed, and their absence is no news."""
    return _APITOOLS not in record.getMessage()
