"""``python -m datamoat`` and the command ``datamoat``."""

import sys

from pipelines.cli.app import main as _main


def main() -> None:
    """Runs the command line of this process."""
    sys.exit(_main())


if __name__ == "__main__":
    main()
