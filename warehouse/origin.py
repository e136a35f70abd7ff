"""Goes back from a record to its bytes in the source, and checks that they are still the same."""

from contextlib import closing
from typing import Literal, get_args

from pydantic import TypeAdapter

from schemas.answers import RawBytes
from schemas.ids import sha256
from schemas.manifest import Manifest
from schemas.specs import SourceSpec
from transforms.read.reader import find_record
from warehouse.storage.inputs import open_input, stat_input

State = Literal["same", "unknown", "different", "lost", "missing"]
"""See ``RawBytes.state``; the better ones first."""

_MISSING: tuple[State, None] = ("missing", None)
_SPEC = TypeAdapter(SourceSpec)


def find_raw(
    manifest: Manifest, source: str, uri: str, locator: str, digest: bytes | None, media_type: str | None
) -> RawBytes:
    """Finds a record in its source's file as it is now.

    Args:
        manifest: The snapshot; its list of sources says where they lie.
        source: Name of the source.
        uri: ``source:path`` of the file.
        locator: Where in the file the record stands.
        digest: SHA-256 of the record's bytes as they were read, if it was kept.
        media_type: Of the record, for the answer.
    """
    path = uri.removeprefix(f"{source}:")
    roots = [root for row in manifest.sources if row.source == source for root in row.roots]
    answers = [_look(manifest, source, root, path, locator, digest) for root in roots]
    # Where two roots have a file of that name, the one with the right bytes is the one.
    answers.sort(key=lambda answer: get_args(State).index(answer[0]))
    state, file = answers[0] if answers else _MISSING
    return RawBytes(
        uri=uri,
        locator=locator,
        media_type=media_type,
        sha256=digest.hex() if digest is not None else None,
        file=file,
        state=state,
    )


def _look(
    manifest: Manifest, source: str, root: str, path: str, locator: str, digest: bytes | None
) -> tuple[State, str | None]:
    try:
        if stat_input(root, path) is None:
            return _MISSING
        file = f"{root.rstrip('/')}/{path}"
        if digest is None:
            return "unknown", file
        with closing(open_input(root, path)) as stream:
            raw = find_record(stream, path, _spec(manifest, source), locator)
    except OSError:
        return _MISSING
    if raw is None:
        return "lost", file
    return ("same" if sha256(raw) == digest else "different"), file


def _spec(manifest: Manifest, source: str) -> SourceSpec:
    return _SPEC.validate_python(manifest.specs[source])
