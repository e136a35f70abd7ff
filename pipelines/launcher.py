"""Starts a job server so that it cannot outlive the build: ``launcher.py PROGRAM ARGUMENTS``.

A JVM does not notice that the process which started it was killed; it would keep its memory and its
ports until somebody finds it. Here the kernel is asked to kill it then (Linux only; elsewhere the
program is just started). Nothing of this project is imported: the file is run by its path.
"""

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``linux/prctl.h``; it stays set over an exec."""


def _die_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the kernel was asked.
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if sys.platform == "linux":
        _die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is wanted
