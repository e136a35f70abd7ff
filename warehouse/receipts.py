"""Receipts: a unit is done when its receipt exists; resume, progress and commit look at nothing else."""

import orjson

from schemas.units import PartInfo, Receipt
from warehouse.storage import Storage

INGEST = "ingest"
SIGN = "sign"


def receipt_path(stage: str, unit: str, digest: str) -> str:
    """Returns a receipt's path in the warehouse.

    >>> receipt_path("ingest", "a1", "b2")
    'receipts/ingest/a1-b2.json'
    """
    return f"receipts/{stage}/{unit}-{digest}.json"


def write_receipt(storage: Storage, receipt: Receipt) -> None:
    """Writes a receipt; the parts it names must be published."""
    path = receipt_path(receipt.stage, receipt.unit, receipt.digest)
    storage.write(path, orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS))


def read_receipt(storage: Storage, stage: str, unit: str, digest: str) -> Receipt | None:
    """Returns the receipt of a unit's version in a stage, or None if it is not done."""
    try:
        data = storage.read(receipt_path(stage, unit, digest))
    except FileNotFoundError:
        return None
    stated = orjson.loads(data)
    parts = tuple(PartInfo(**part) for part in stated.pop("parts"))
    return Receipt(**stated, parts=parts)


def finished(storage: Storage, stage: str) -> set[tuple[str, str]]:
    """Returns (unit, digest) of every receipt of a stage."""
    names = storage.names(f"receipts/{stage}")
    return {
        (unit, digest) for name in names for unit, _, digest in [name.removesuffix(".json").partition("-")]
    }
