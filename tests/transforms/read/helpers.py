"""What the tests of the readers share: short ways to read bytes."""

from io import BytesIO

from schemas.records import Fallen, Record
from schemas.specs import Named, SourceSpec
from transforms.read.reader import read_stream


def source(**options: object) -> SourceSpec:
    return SourceSpec("s", Named(constant="c"), Named(constant="MIT"), **options)  # type: ignore[arg-type]


class Dribble:
    """A stream that cannot seek and gives a few bytes at a time, as a network may."""

    def __init__(self, data: bytes, step: int = 7) -> None:
        self._stream = BytesIO(data)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._step))


def read(data: bytes, name: str, start: int | None = None, stop: int | None = None, **options: object):
    return list(read_stream(BytesIO(data), name, source(**options), "", start, stop))


def records(found: list[Record | Fallen]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


def fallen(found: list[Record | Fallen]) -> list[Fallen]:
    return [item for item in found if isinstance(item, Fallen)]


def fates(found: list[Record | Fallen]) -> list[str]:
    return [getattr(item.fate, "reason", None) or item.fate.rule for item in fallen(found)]  # type: ignore[union-attr]
