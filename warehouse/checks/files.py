"""Checks over the parts as files: there, whole, readable, aligned, and texts with their hashes."""

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.answers import Check
from schemas.ids import text_sha256
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo
from warehouse.checks.tally import Tally
from warehouse.parts import open_part, stored_digest
from warehouse.storage import Storage

Step = Callable[[], None]
"""Called after each part, for progress."""

# What pyarrow raises on bytes that are not what they should be; texts may be no UTF-8 then.
_UNREADABLE = (OSError, pa.ArrowException, UnicodeDecodeError)


def check_parts(
    storage: Storage, parts: Sequence[PartInfo], *, hashes: bool, step: Step
) -> tuple[list[Check], set[str]]:
    """Checks that every part is there as the manifest states it.

    Args:
        storage: Of the warehouse.
        parts: As the manifest lists them.
        hashes: Whether to read all bytes.
        step: Called after each part.

    Returns:
        The checks, and the paths of the parts that cannot be read or are not the ones that were written.
    """
    there, whole, readable = Tally("parts exist"), Tally("parts are unchanged"), Tally("parts are readable")
    broken = set()
    for part in parts:
        if not there.expect(storage.exists(part.path), f"{part.path} is missing"):
            broken.add(part.path)
        else:
            same = _check_bytes(storage, part, whole, hashes=hashes)
            wrong = _wrong_with(storage, part)
            if not readable.expect(wrong is None, f"{part.path}: {wrong}") or not same:
                broken.add(part.path)
        step()
    return [tally.answer() for tally in (there, whole, readable)], broken


def check_texts(storage: Storage, parts: Iterable[PartInfo], *, step: Step) -> Check:
    """Recomputes the SHA-256 of every text."""
    tally = Tally("texts have their hashes")
    for part in parts:
        try:
            with open_part(storage, part.path) as file:
                for batch in file.iter_batches(columns=["doc_id", "text", "text_sha256"], batch_size=256):
                    rows = zip(*(batch.column(index).to_pylist() for index in range(3)), strict=True)
                    for doc_id, text, digest in rows:
                        tally.expect(text_sha256(text) == digest, f"{doc_id.hex}: the text is another one")
        except _UNREADABLE as error:
            tally.fail(f"{part.path}: {_short(error)}")
        step()
    return tally.answer()


def check_alignment(storage: Storage, parts: Iterable[PartInfo]) -> list[Check]:
    """Compares each unit's ``documents`` row by row with what stands beside them.

    ``signatures`` has the same documents with the same texts; ``signals`` has them first, as kept, and then
    those that were refused, which are no documents.
    """
    signed = Tally("signatures stand beside their documents")
    measured = Tally("signals stand beside their documents")
    by_unit: dict[str, dict[str, PartInfo]] = {}
    for part in parts:
        by_unit.setdefault(part.unit, {})[part.table] = part
    for unit, tables in sorted(by_unit.items()):
        # Without signatures or signals: the source takes no part in that.
        for name, tally in (("signatures", signed), ("signals", measured)):
            if name in tables:
                try:
                    same = _aligned(storage, tables.get("documents"), tables[name])
                except _UNREADABLE as error:
                    tally.fail(f"unit {unit}: {_short(error)}")
                else:
                    tally.expect(same, f"unit {unit}: rows of documents and {name} differ")
    return [signed.answer(), measured.answer()]


def _aligned(storage: Storage, documents: PartInfo | None, other: PartInfo) -> bool:
    if other.table == "signatures":
        names = ["doc_id", "text_sha256"]
        return documents is not None and _columns(storage, documents, names).equals(
            _columns(storage, other, names)
        )
    signals = _columns(storage, other, ["doc_id", "kept"])
    count = 0 if documents is None else documents.rows
    kept, refused = signals.slice(0, count), signals.slice(count)
    if pc.any(pc.invert(kept["kept"])).as_py() or pc.any(refused["kept"]).as_py():
        return False
    return documents is None or kept.select(["doc_id"]).equals(_columns(storage, documents, ["doc_id"]))


def _check_bytes(storage: Storage, part: PartInfo, whole: Tally, *, hashes: bool) -> bool:
    try:
        if hashes:
            size, digest = stored_digest(storage, part.path)
        else:
            with storage.open(part.path) as handle:
                size, digest = handle.seek(0, 2), part.sha256
    except OSError as error:
        return whole.expect(False, f"{part.path}: {_short(error)}")
    if size != part.bytes:
        return whole.expect(False, f"{part.path} has {size:,} bytes instead of {part.bytes:,}")
    return whole.expect(digest == part.sha256, f"{part.path} has sha256 {digest} instead of {part.sha256}")


def _wrong_with(storage: Storage, part: PartInfo) -> str | None:
    try:
        with open_part(storage, part.path) as file:
            return _wrong_inside(file, part)
    except _UNREADABLE as error:
        return _short(error)


def _wrong_inside(file: pq.ParquetFile, part: PartInfo) -> str | None:
    if file.metadata.num_rows != part.rows:
        return f"{file.metadata.num_rows:,} rows instead of {part.rows:,}"
    stated = (file.schema_arrow.metadata or {}).get(b"datamoat.schema_version", b"")
    if not stated.isdigit():
        return "no schema version"
    if int(stated) > SCHEMA_VERSION:
        return f"schema version {int(stated)} is newer than this program's {SCHEMA_VERSION}"
    if int(stated) != part.schema_version:
        return f"schema version {int(stated)} instead of {part.schema_version}"
    for field in file.schema_arrow:
        known = TABLES.get(part.table, file.schema_arrow)
        index = known.get_field_index(field.name)
        if index < 0 or known.field(index).type != field.type:
            return f"column {field.name} is {field.type}, which is not in the schema"
    return None


def _columns(storage: Storage, part: PartInfo, names: list[str]) -> pa.Table:
    with open_part(storage, part.path) as file:
        return file.read(columns=names).replace_schema_metadata(None)


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
