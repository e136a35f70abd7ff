"""Keeps what a worker holds close to what it uses."""

import ctypes
import gc
from collections.abc import Callable
from functools import cache


def give_back_memory() -> None:
    """Returns freed memory to the system; where parsers run, call it once a batch, elsewhere once a unit.

    A page of 2.5 MB makes lxml take 150 MB, which the C library keeps in its heap when they are free
    again (334 MB against 184 MB after it). Elsewhere than on glibc this does nothing.
    """
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return lambda pad: None
    return trim


@cache
def spare_what_is_imported() -> None:
    """Lets the garbage collector look no more at what is there now: call it once all is imported.

    Beam alone brings some hundred thousand objects, which stay, and which each full collection would walk
    over while records come and go. Once a process: a second call does nothing.
    """
    gc.freeze()
