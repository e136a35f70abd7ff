"""Runs a job over tasks in child processes of this machine, each an in-memory Beam runner.

No gRPC stands between them, and a worker that is killed is seen at once instead of hanging the build.
"""

import errno
import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe, get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn, Protocol, TypeVar

from pipelines.jobs import IN_MEMORY, Job
from pipelines.sandbox.pool import close_all as close_sandboxes
from schemas.errors import WorkFailed

GROUP_BYTES = 8 << 20
"""Tasks are given out in groups of this size or more: a pipeline costs some 0.2 s to start."""

_LEAST_BYTES = GROUP_BYTES // 64  # what a small task counts as: it takes time of its own

_SHARE = 4
"""A group is this part of what each worker still has before it: large at first, small in the end."""

_COLLECT_EVERY = 20_000  # new objects; 700 by default

_LEAVE_SECONDS = 2.0
"""How long an idle child may take to end before it is killed."""

_MOST_READY = 16  # workers that are forked before it is known how many are needed

_GO_ON = "run the same command again, it goes on where it stopped"


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a child says of the exception that ended it."""

    summary: str
    trace: str
    expected: bool


class Task(Protocol):
    """Something that a job does; work units are tasks."""

    @property
    def bytes(self) -> int:
        """Its size, for the groups in which tasks are given out."""


T = TypeVar("T", bound=Task)


_ready: "list[_Child]" = []  # forked, and without a job so far


def run_in_children(job: Job[T], tasks: Sequence[T], workers: int) -> None:
    """Runs a job over tasks, given out in the order given, in ``workers`` child processes.

    Raises:
        WorkFailed: If a worker died or could not write; the message says why.
        RuntimeError: If the job raised; with the worker's traceback.
    """
    groups = deque(group_tasks(tasks, workers))
    with _children(job, min(workers, len(groups))) as children:
        idle = list(children)
        while groups or len(idle) < len(children):
            while groups and idle:
                idle.pop().send(groups.popleft())
            watched: dict[Any, _Child] = {child.process.sentinel: child for child in children}
            watched.update({child.pipe: child for child in children})
            for ready in wait(list(watched)):
                child = watched[ready]
                if child not in idle and child.finished():
                    idle.append(child)
                elif child in idle and not child.process.is_alive():
                    child.died()


def group_tasks(tasks: Sequence[T], workers: int) -> Iterator[list[T]]:
    """Packs neighbouring tasks to groups: one for a single worker, else ever smaller ones.

    What is left is shared out again and again (guided self-scheduling: Polychronopoulos and Kuck, 1987), so
    that few pipelines are started and all workers come to their end at about the same time.
    """
    left = sum(_weight(task) for task in tasks)
    wanted = _wanted(left, workers)
    group: list[T] = []
    size = 0
    for task in tasks:
        group.append(task)
        size += _weight(task)
        if size >= wanted:
            yield group
            left -= size
            wanted = _wanted(left, workers)
            group, size = [], 0
    if group:
        yield group


def _weight(task: Task) -> int:
    return max(task.bytes, _LEAST_BYTES)


def _wanted(left: int, workers: int) -> int:
    return left if workers == 1 else max(left // (workers * _SHARE), GROUP_BYTES)


@contextmanager
def standing_by(workers: int) -> Iterator[None]:
    """Forks workers now for the first job that is run within, so that they need not import what is here.

    Call it when all is imported and before anything else is done. Where this process has other threads by
    then, which a fork might break, or cannot be forked soundly, workers are started when they are needed.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        for _ in range(min(workers, _MOST_READY)):
            _ready.append(_Child(forked=True))
    try:
        yield
    finally:
        while _ready:
            _ready.pop().leave()


class _Child:
    """A worker process and the pipe to it."""

    def __init__(self, *, forked: bool = False) -> None:
        self.pipe, other = Pipe()
        # A fork has all pipes to the others too, and would keep them open.
        held = [self.pipe, *(child.pipe for child in _ready)] if forked else []
        self.process: BaseProcess
        if forked:
            self.process = get_context("fork").Process(target=_work, args=(other, held), daemon=True)
        else:
            # By then there are threads (Arrow, progress) that a fork would break.
            self.process = get_context("spawn").Process(target=_work, args=(other, held), daemon=True)
            # Starting this helper of multiprocessing lifts the block below, so it must be there already.
            resource_tracker.ensure_running()
        with _deaf_to_interrupts():
            self.process.start()
        other.close()

    def send(self, message: object) -> None:
        """Sends the job, and then groups of tasks."""
        try:
            self.pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            self.died()

    def finished(self) -> bool:
        """Takes what the child says; tells whether it finished its group."""
        try:
            failure = self.pipe.recv() if self.pipe.poll() or self.process.is_alive() else self.died()
        except (EOFError, ConnectionResetError):
            self.died()
        if failure is None:
            return True
        if failure.expected:
            raise WorkFailed(f"{failure.summary}; {_GO_ON}")
        raise RuntimeError(f"a worker failed: {failure.summary}\n{failure.trace}")

    def leave(self) -> None:
        """Lets an idle child end by itself, so that the cost of what it started is counted as its own."""
        self.pipe.close()
        self.process.join(_LEAVE_SECONDS)

    def died(self) -> NoReturn:
        self.process.join(5)
        code = self.process.exitcode
        if code == -signal.SIGKILL:
            how = "was killed (signal 9; the system does that when memory runs out: try fewer --workers)"
        elif code is not None and code < 0:
            how = f"was killed by signal {-code} ({signal.Signals(-code).name})"
        else:
            how = f"ended with exit code {code}"
        raise WorkFailed(f"a worker process {how}; {_GO_ON}")


@contextmanager
def _children(job: Job[Any], count: int) -> Iterator[list[_Child]]:
    children: list[_Child] = []
    try:
        for _ in range(count):
            children.append(_ready.pop() if _ready else _Child())
            children[-1].send(job)
        yield children
        for child in children:
            child.leave()
    finally:
        for child in children:
            child.process.kill()
        for child in children:
            child.process.join()
            child.pipe.close()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Lets processes that are started here inherit that Ctrl-C does not reach them.

    It goes to the whole process group; only the parent decides what it means, and gets it afterwards: a
    process whose start is broken off would complain that it was told nothing.
    """
    came: list[int] = []
    handler = signal.getsignal(signal.SIGINT)
    # Other threads may take the signal; its handler runs in the main thread all the same.
    ours = threading.current_thread() is threading.main_thread() and callable(handler)
    if ours:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if ours:
            signal.signal(signal.SIGINT, handler)
    if came:
        signal.raise_signal(signal.SIGINT)


def _work(pipe: Connection, held: Sequence[Connection]) -> None:
    """The life of a child: a job in, and then, until it is killed, a group in, None or a failure out."""
    for other in held:
        other.close()
    # Parsers that print must not write into the command's data.
    os.dup2(2, 1)
    # Records are trees, hardly any of which is a circle that only a collection would find.
    gc.set_threshold(_COLLECT_EVERY)
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    try:
        job: Job[Any] = pipe.recv()
    except EOFError:
        return  # nothing was to be done
    while True:
        try:
            group = pipe.recv()
        except EOFError:
            close_sandboxes()
            return
        failure: _Failure | None = None
        try:
            job.run(group, IN_MEMORY)
        except Exception as error:  # the parent raises it again, with this traceback
            failure = _describe(error)
        pipe.send(failure)


def _describe(error: BaseException) -> _Failure:
    trace = "".join(traceback.format_exception(error))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return _Failure("a worker ran out of memory (try fewer --workers)", trace, expected=True)
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            return _Failure(f"the warehouse cannot be written: {cause.strerror}", trace, expected=True)
        cause = cause.__cause__ or cause.__context__
    return _Failure(f"{type(error).__name__}: {error}", trace, expected=False)


def _die_with(parent: int) -> None:
    """Ends this process once its parent is gone, so that a killed build leaves no worker behind."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
