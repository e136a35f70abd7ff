"""The sandboxes of this process: lent out for a unit at a time, kept warm in between.

They outlive the steps that use them, for a worker runs a pipeline a group of units, and a runner may work
on several units at once, in threads.
"""

import atexit
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipelines.sandbox.sandbox import Sandbox

_lock = threading.Lock()
_idle: list[Sandbox] = []
_modules: tuple[str, ...] = ()
_owner = 0


@contextmanager
def borrowed() -> Iterator[Sandbox]:
    """Lends a sandbox to the body."""
    sandbox = _take()
    try:
        yield sandbox
    finally:
        with _lock:
            _idle.append(sandbox)


def warm_up() -> None:
    """Starts a sandbox in the background, if there is none."""
    sandbox = _take()
    sandbox.warm_up()
    with _lock:
        _idle.append(sandbox)


def close_all(modules: Sequence[str] = ()) -> None:
    """Ends the processes of all sandboxes that are not lent out.

    Args:
        modules: What the parsers of those that are started later import beside the readers (see ``Sandbox``).
    """
    global _modules
    with _lock:
        _modules = tuple(modules)
        while _idle:
            _idle.pop().close()


def _take() -> Sandbox:
    global _owner
    with _lock:
        if _owner != os.getpid():
            _owner = os.getpid()
            _idle.clear()  # a fork of the process that owns them
            atexit.register(close_all)
        return _idle.pop() if _idle else Sandbox(_modules)
