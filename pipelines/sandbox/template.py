"""The template: a process that has imported the parsers and forks one whenever it is asked to.

A worker cannot fork: it has threads. The template has none of its own, so that a fork of it is sound and
takes milliseconds where a new process would take seconds to import. It ends when its worker does, which it
sees from the socket between them; a parser is killed by the system when its template ends.
"""

import ctypes
import gc
import importlib
import mmap
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Sequence

from pipelines.sandbox.marks import Marks
from pipelines.sandbox.messages import FAILED

FORK, REAP = b"F", b"R"
PARSERS = (
    "transforms.extract",
    "transforms.read.rst_parser",
    "pipelines.sandbox.serve",
    "transforms.read.registry:plugins",
)
"""What every parser needs; imported once, formats of other packages too."""

FORKED = struct.Struct("<q")
"""Process id."""

REAPED = struct.Struct("<qq")
"""Exit code (a signal is negative), largest resident memory in bytes."""

MEMORY = struct.Struct("<Q")
"""Bytes that the forked parser may take."""

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def main(control_fd: int, marks_fd: int, modules: Sequence[str]) -> None:
    """The life of a template.

    Args:
        control_fd: Socket to the worker.
        marks_fd: Memory for ``Marks``.
        modules: What to import beside ``PARSERS``; of ``MODULE:FUNCTION`` the function is called, too.
    """
    os.dup2(2, 1)  # parsers that print must not write into the command's data
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides what Ctrl-C means
    control = socket.socket(fileno=control_fd)
    marks = Marks(marks_fd)
    for name in (*PARSERS, *modules):
        module, _, function = name.partition(":")
        imported = importlib.import_module(module)
        if function:
            getattr(imported, function)()
    gc.collect()
    gc.freeze()  # else each fork would copy every page whose objects are only looked at
    child = 0
    while True:
        # No more is asked before the answer is there, so a message comes whole.
        asked, passed, _, _ = socket.recv_fds(control, 1 + MEMORY.size, 1)
        if not asked:
            break
        if asked[:1] == FORK:
            (memory,) = MEMORY.unpack(asked[1:])
            child = os.fork()
            if not child:
                control.close()
                _live(passed[0], marks, memory)
            for fd in passed:
                os.close(fd)
            control.sendall(FORKED.pack(child))
        else:
            _, status, usage = os.wait4(child, 0)
            child = 0
            unit = 1 if sys.platform == "darwin" else 1024
            control.sendall(REAPED.pack(os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit))
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _live(fd: int, marks: Marks, memory: int) -> None:
    """The life of a parser; never returns."""
    from pipelines.sandbox.serve import serve

    code = FAILED
    try:
        _die_with_template()
        _limit(memory)
        code = serve(socket.socket(fileno=fd), marks)
    except Exception:
        traceback.print_exc()  # not of a record: the worker sees the exit code, and fails
    finally:
        os._exit(code)


def _die_with_template() -> None:
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        with open("/proc/self/oom_score_adj", "w") as file:
            # When the machine runs out of memory, a parser is what it can do without.
            file.write("500")


def _limit(memory: int) -> None:
    """Limits the private writable memory: the address space would also count what libraries reserve."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        limit = _data_bytes() + memory
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _data_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * mmap.PAGESIZE


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
