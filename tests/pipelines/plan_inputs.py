"""Small inputs for the tests of the plan, and units that are small enough for them."""

import io
import random
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipelines import plan as planning
from pipelines import slices
from pipelines.config import Config, load_config
from pipelines.plan import Plan
from schemas.units import WorkUnit
from warehouse.storage.inputs import InputFile, list_files

CONFIG = """
[corpus]
name = "c"
[[source]]
name = "s"
contributor = "A"
license = "MIT"
paths = ["in"]
{more}
"""


def shrink_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes units of 1,000 bytes or 5 files, so that small files show what large ones do."""
    for module in (slices, planning):
        monkeypatch.setattr(module, "UNIT_BYTES", 1000)
        monkeypatch.setattr(module, "UNIT_FILES", 5)


def write(folder: Path, files: Mapping[str, bytes | str]) -> None:
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def config(folder: Path, more: str = "") -> Config:
    (folder / "corpus.toml").write_text(CONFIG.format(more=more))
    return load_config(folder / "corpus.toml")


def one(path: Path) -> InputFile:
    [file] = list_files(str(path))
    return file


def text(name: str, size: int) -> bytes:
    """Text that cannot be compressed much, the same every time."""
    return random.Random(name).randbytes(size).hex().encode()[:size]


def tar(members: Sequence[tuple[str, int]], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, size in members:
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(text(name, size)))
    return buffer.getvalue()


def zipped(members: Sequence[tuple[str, int]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, size in members:
            archive.writestr(name, text(name, size))
    return buffer.getvalue()


def places(plan: Plan | Sequence[WorkUnit]) -> list[tuple[str, str, int, int]]:
    units = plan.units if isinstance(plan, Plan) else plan
    return sorted((s.path, s.kind, s.start, s.stop) for unit in units for s in unit.slices)
