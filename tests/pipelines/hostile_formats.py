"""Formats whose parsers do what no parser should: they are imported into the parsers of a test.

``.hostile`` is one record, ``.hostiles`` a record a line; in each, a word of ``DEEDS`` is obeyed: when the
text is extracted, or already when the record is sought if the line begins with ``reading``.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator

from schemas.records import Dead, Extracted, Fallen, Record, Refused
from transforms.read import registry
from transforms.read.formats import ExtractOptions, Format, ReadContext
from transforms.read.streams import Readable, read_fully


def _segfault() -> None:
    ctypes.string_at(0)


def _loop() -> None:
    while True:
        pass


def _sleep() -> None:
    time.sleep(3600)


def _bomb() -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def _big_bomb() -> None:
    bytearray(1 << 40)


def _abort() -> None:
    os.kill(os.getpid(), signal.SIGABRT)


def _leave() -> None:
    os._exit(3)


def _mistake() -> None:
    raise IndexError("a parser's mistake")


def _deep() -> None:
    sys.setrecursionlimit(1_000_000)

    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    try:
        deeper(0)
    finally:
        sys.setrecursionlimit(1000)


DEEDS = {
    "segfault": _segfault,
    "loop": _loop,
    "sleep": _sleep,
    "bomb": _bomb,
    "bigbomb": _big_bomb,
    "abort": _abort,
    "leave": _leave,
    "mistake": _mistake,
}


def _obey(raw: bytes) -> None:
    for word in raw.decode().split():
        if word in DEEDS:
            DEEDS[word]()


def _extract(raw: bytes, options: ExtractOptions) -> Extracted | Refused | Dead:
    del options
    _obey(raw)
    return Extracted(raw.decode())


def _lines(stream: Readable, context: ReadContext) -> Iterator[Record | Fallen]:
    for number, line in enumerate(read_fully(stream, 1 << 20).splitlines()):
        if line.startswith(b"reading"):
            _obey(line)
        yield Record(context.locate("item", number), line, "hostile", "text/x-hostile")


HOSTILE = Format("hostile", "text/x-hostile", (".hostile",), _extract)
HOSTILES = Format("hostiles", "text/x-hostile", (".hostiles",), _extract, reader=_lines)


def install() -> None:
    """Makes this process read them."""
    for form in (HOSTILE, HOSTILES):
        registry._BY_NAME[form.name] = form
        registry._extensions().insert(0, (form.extensions[0], form))
