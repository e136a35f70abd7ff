"""Jobs for the tests of the workers; child processes import this module."""

import errno
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.units import WorkUnit


@dataclass(frozen=True)
class TouchJob:
    """Leaves a file for each unit; units whose source names a fate meet it."""

    folder: str

    def run(self, units: Sequence[WorkUnit], flags: Sequence[str]) -> None:
        for unit in units:
            match unit.source:
                case "killed":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "exit":
                    os._exit(7)
                case "bug":
                    raise KeyError("a bug in a step")
                case "full":
                    raise OSError(errno.ENOSPC, "No space left on device")
                case "slow":
                    time.sleep(60)
            (Path(self.folder) / unit.unit_id).write_text(str(os.getpid()))
