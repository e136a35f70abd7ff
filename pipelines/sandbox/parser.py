"""A parser as its worker sees it: started from a template, fed with units, watched, and killed."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from pipelines.sandbox.marks import Marks, Place, make_memory
from pipelines.sandbox.messages import FAILED, HEADER, OUT_OF_MEMORY, Failure, Request, send, unpack
from pipelines.sandbox.template import FORK, FORKED, MEMORY, REAP, REAPED
from pipelines.stretches import Stretch
from schemas.records import Dead
from schemas.specs import LimitsSpec

LOOK_EVERY_S = 0.25
"""How often a parser from which nothing comes is looked at."""

HANG_FACTOR = 10
"""A parser that neither moves nor uses CPU is killed after so many times its CPU limit."""

_SEND_BUFFER = 1 << 20
_MB = 1_000_000
_START = "import sys; sys.path[:] = {path!r}; from pipelines.sandbox.template import main; main({args})"


class Died(Exception):  # noqa: N818 - it says what the parser did
    """A parser is no more.

    Attributes:
        place: Where it stood.
        dead: How it died, as it is written down.
        certain: True if it would die there again; False if that has to be seen.
    """

    def __init__(self, place: Place, dead: Dead, certain: bool) -> None:
        super().__init__(place, dead)
        self.place = place
        self.dead = dead
        self.certain = certain


class Template:
    """A template process, and the memory that it shares with its parsers."""

    def __init__(self, modules: Sequence[str]) -> None:
        memory = make_memory()
        self.marks = Marks(memory)
        self._control, other = socket.socketpair()
        code = _START.format(path=sys.path, args=f"{other.fileno()}, {memory}, {list(modules)!r}")
        # Threads that libraries start by themselves would not live through a fork.
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        self._process = subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            pass_fds=(other.fileno(), memory),
            env={**os.environ, **alone},
            process_group=0,  # Ctrl-C goes to the group of the command
        )
        other.close()
        os.close(memory)

    def fork(self, memory: int) -> tuple[int, socket.socket]:
        """Starts a parser that may take ``memory`` bytes; returns its process id and the socket to it."""
        ours, other = socket.socketpair()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.marks.clear()
        try:
            socket.send_fds(self._control, [FORK + MEMORY.pack(memory)], [other.fileno()])
            (pid,) = FORKED.unpack(self._answer(FORKED.size))
        except OSError:
            ours.close()
            raise
        finally:
            other.close()
        return pid, ours

    def reap(self) -> tuple[int, int]:
        """Waits for the end of the parser; returns its exit code and its largest memory in bytes."""
        self._control.sendall(REAP)
        code, memory = REAPED.unpack(self._answer(REAPED.size))
        return code, memory

    def _answer(self, size: int) -> bytes:
        answer = self._control.recv(size, socket.MSG_WAITALL)
        if len(answer) < size:
            raise ConnectionResetError("the template ended")
        return answer

    def close(self) -> None:
        """Ends the process, and with it its parser."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self.marks.close()


class Parser:
    """A forked parser.

    Args:
        template: What forks it.
        limits: What it may use up.

    Attributes:
        spent: Tells its CPU time so far, in seconds.
    """

    def __init__(self, template: Template, limits: LimitsSpec) -> None:
        self._template = template
        self.limits = limits
        self._pid, self._link = template.fork(limits.memory_mb * _MB)
        self.spent = _clock_of(self._pid)
        self._memory = _resident(self._pid) + limits.memory_mb * _MB
        self._buffer = bytearray(1 << 20)
        self._state: tuple[int, ...] = ()
        self._cpu = self._wall = 0.0

    def ask(self, request: Request) -> None:
        """Gives it work.

        Raises:
            OSError: If it is not there any more.
        """
        self._template.marks.clear()
        self._link.settimeout(None)
        send(self._link, request)
        self._link.settimeout(LOOK_EVERY_S)

    def receive(self) -> "Stretch | Failure":
        """Returns the next that it says.

        Raises:
            Died: If it died, or was killed because it went beyond a limit.
        """
        self._state = ()
        (size,) = HEADER.unpack(self._take(HEADER.size))
        message = unpack(self._take(size))
        if isinstance(message, Request):
            raise TypeError("a parser sends no requests")
        return message

    def kill(self) -> tuple[int, int]:
        """Kills it; returns its exit code and its largest memory in bytes."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)  # not reaped yet: the number is still its own
        self._link.close()
        try:
            return self._template.reap()
        except OSError:
            return -signal.SIGKILL, 0  # the template died, and this with it

    def _take(self, size: int) -> memoryview:
        if size > len(self._buffer):
            self._buffer = bytearray(size)
        view = memoryview(self._buffer)[:size]
        got = 0
        while got < size:
            try:
                more = self._link.recv_into(view[got:])
            except TimeoutError:
                self._look()
                continue
            except ConnectionResetError:
                more = 0
            if not more:
                raise self._died()
            got += more
        return view

    def _look(self) -> None:
        """Looks at a parser from which nothing came for a while."""
        state, wall, cpu = self._template.marks.state(), time.monotonic(), self.spent()
        if _resident(self._pid) > self._memory:
            raise self._ended("out_of_memory", f"more than {self.limits.memory_mb} MB", certain=False)
        if state != self._state:
            self._state, self._wall, self._cpu = state, wall, cpu
        elif cpu - self._cpu > self.limits.seconds:
            raise self._ended("timeout", f"more than {self.limits.seconds:g} s of CPU time", certain=True)
        elif wall - self._wall > self.limits.seconds * HANG_FACTOR:
            waited = f"nothing happened for {self.limits.seconds * HANG_FACTOR:g} s"
            raise self._ended("timeout", waited, certain=True)

    def _ended(self, reason: str, message: str, certain: bool) -> Died:
        self.kill()
        place = self._template.marks.place()
        return Died(place, Dead(reason, message), certain)  # type: ignore[arg-type]

    def _died(self) -> Died:
        code, memory = self.kill()
        if code == FAILED:
            raise RuntimeError("a parser process failed by itself; its traceback stands above")
        place = self._template.marks.place()
        beyond = Dead("out_of_memory", f"more than {self.limits.memory_mb} MB")
        if code == OUT_OF_MEMORY or (code < 0 and memory > 0.9 * self._memory):
            return Died(place, beyond, certain=False)
        if code == -signal.SIGKILL:
            return Died(place, Dead("out_of_memory", "killed by the system"), certain=False)
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Died(place, Dead("crashed", f"{how}: the parser died"), certain=False)


def _clock_of(pid: int) -> Callable[[], float]:
    """Returns what tells the CPU seconds of a process; where the system does not say, time goes by."""
    if sys.platform != "linux":
        return time.monotonic
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        return time.monotonic
    return lambda: time.clock_gettime(clock.value)


def _resident(pid: int) -> int:
    """Returns the resident memory of a process in bytes; 0 where the system does not say."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, IndexError):
        return 0
