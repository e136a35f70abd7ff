"""Imported into the parsers of a test: stretches and batches of a few records."""

import os

from pipelines import reading


def install() -> None:
    """Makes this process cut small."""
    reading.STRETCH_RECORDS = int(os.environ["STRETCH_RECORDS"])
    reading.BATCH_RECORDS = 8
