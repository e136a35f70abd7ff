"""``python -m datamoat`` and the command ``datamoat``."""

import gc
import os
import sys

from pipelines.cli.app import main as _main

_COLLECT_EVERY = 50_000  # new objects; 700 by default


def main() -> None:
    """Runs the command line of this process."""
    # What modules make stays: looking through it again and again is a tenth of the time of their imports.
    gc.set_threshold(_COLLECT_EVERY)
    # Nothing here is linear algebra, whose threads would only have to be started.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(_main())


if __name__ == "__main__":
    main()
