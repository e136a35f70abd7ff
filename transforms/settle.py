"""What has fallen gets its name and its row: a rejection or a dead letter."""

from schemas import ids
from schemas.records import HEAD_CHARS, Dead, DeadLetter, Fallen, Record, Refused, Rejection

_UTF8_BYTES = 4  # of a character, at the most


def settle_dead(path: str, record: Record, dead: Dead, source: str) -> DeadLetter:
    """Gives a record whose parser died its dead letter, of stage ``extract``.

    Args:
        path: Of the file, relative to the root of its source.
        record: What the reader found.
        dead: How the parser died.
        source: Name of the source.
    """
    letter = settle("extract", path, Fallen(record.locator, dead, record.raw, record.media_type), source)
    if not isinstance(letter, DeadLetter):
        raise TypeError("a dead record is a dead letter")
    return letter


def settle_fallen(path: str, fallen: Fallen, source: str) -> Rejection | DeadLetter:
    """Gives what a reader could not read its name and its row.

    Args:
        path: Of the file, relative to the root of its source.
        fallen: What the reader said.
        source: Name of the source.
    """
    return settle("read", path, fallen, source)


def settle(stage: str, path: str, fallen: Fallen, source: str) -> Rejection | DeadLetter:
    """Gives what fell at a stage its name and its row."""
    doc_id = ids.document_id(source, path, fallen.locator)
    uri = f"{source}:{path}"
    head = fallen.raw[: HEAD_CHARS * _UTF8_BYTES].decode("utf-8", "replace")[:HEAD_CHARS]
    digest = ids.sha256(fallen.raw) if fallen.raw else None
    match fallen.fate:
        case Refused() as refused:
            return Rejection(
                doc_id,
                source,
                uri,
                fallen.locator,
                stage,
                refused.rule,
                refused.value,
                refused.limit,
                refused.detail,
                refused.also,
                head,
                fallen.media_type,
                digest,
            )
        case Dead() as dead:
            return DeadLetter(
                doc_id, source, uri, fallen.locator, stage, dead.reason, dead.message, head, digest
            )
