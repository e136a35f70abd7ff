"""Makes the passages of a snapshot searchable, on this machine."""

import shutil
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import pyarrow as pa
import tantivy

from schemas.ids import recipe_digest, sha256
from schemas.manifest import Manifest
from schemas.units import PartInfo
from transforms.ngrams import NGRAMS_VERSION
from transforms.sentences import PASSAGE_WORDS, SENTENCES_VERSION, windows
from transforms.terms import TERMS_VERSION, terms, written
from transforms.words import WORDS_VERSION, split_words
from warehouse.catalog import Catalog
from warehouse.parts import open_part
from warehouse.storage import Storage

STATE: Final = "datamoat.json"
"""File beside tantivy's that says which segments of the index are in it."""

FOLDER: Final = "passages"

_HEAP_BYTES = 64 << 20
_BATCH_TEXTS = 64

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""


def passages_recipe() -> str:
    """Returns what an index of passages depends on besides the texts."""
    stated = {
        "terms": TERMS_VERSION,
        "sentences": [SENTENCES_VERSION, PASSAGE_WORDS],
        "ngrams": NGRAMS_VERSION,
        "words": WORDS_VERSION,
        "tantivy": metadata.version("tantivy"),
    }
    return recipe_digest({"passages": stated})


def passages_schema() -> tantivy.Schema:
    """Returns the fields: terms, and where the passage stands."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    for name in ("segment", "doc", "first", "stop"):
        builder.add_unsigned_field(name, stored=True)
    # Passages with the same terms are one passage with several holders.
    builder.add_bytes_field("same", stored=True)
    return builder.build()


def read_state(folder: Path) -> list[str] | None:
    """Returns the segments whose texts an index of passages has, or None if this release cannot read it."""
    try:
        stated = orjson.loads((folder / STATE).read_bytes())
        if stated["recipe"] != passages_recipe():
            return None
        tantivy.Index.open(str(folder)).searcher()
    except (OSError, ValueError, KeyError):
        return None
    return list(stated["segments"])


def folders(storage: Storage) -> Iterator[tuple[Path, list[str]]]:
    """Yields the indexes of passages in the cache that this release can read, with their segments."""
    for folder in sorted(storage.cache().glob(f"{FOLDER}-*")):
        segments = read_state(folder)
        if segments is not None:
            yield folder, segments


def index_passages(catalog: Catalog, manifest: Manifest, progress: Progress | None = None) -> int:
    """Indexes the passages of a snapshot that are not indexed on this machine yet.

    An index of fewer segments is taken over and goes on; others of the warehouse are dropped.

    Args:
        catalog: The warehouse.
        manifest: A snapshot with an index.
        progress: Told after each batch of texts.

    Returns:
        How many texts were added.
    """
    if manifest.index is None:
        return 0
    storage, wanted = catalog.storage, [segment.name for segment in manifest.index.segments]
    known = list(folders(storage))
    if any(set(wanted) <= set(segments) for _, segments in known):
        return 0
    # Only what stands there in the same order can go on; segments keep their order until all are merged.
    begun = [pair for pair in known if pair[1] == wanted[: len(pair[1])]]
    before = max(begun, key=lambda pair: len(pair[1]), default=None)
    done = len(before[1]) if before else 0
    parts = catalog.parts(manifest, "indexed")
    name = f"{FOLDER}-{recipe_digest({'recipe': passages_recipe(), 'segments': wanted})}"
    added = 0
    # Whatever stands there under this name cannot be read: it is damaged.
    shutil.rmtree(storage.cache() / name, ignore_errors=True)
    with storage.derive(name) as folder:
        if before:
            shutil.copytree(before[0], folder, dirs_exist_ok=True)
        index = tantivy.Index(passages_schema(), path=str(folder))
        # One thread: the same texts make the same files.
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        places = [_places(storage, parts, segment) for segment in wanted]
        total = sum(len(rows) for of in places[done:] for rows, _ in of.values())
        for number in range(done, len(wanted)):
            for path, (rows, docs) in sorted(places[number].items()):
                for count in _add(writer, storage, path, (number, rows, docs)):
                    added += count
                    if progress is not None:
                        progress(added, total)
        writer.commit()
        writer.wait_merging_threads()
        (folder / STATE).write_bytes(orjson.dumps({"recipe": passages_recipe(), "segments": wanted}))
    for folder in set(storage.cache().glob(f"{FOLDER}-*")) - {storage.cache() / name}:
        shutil.rmtree(folder, ignore_errors=True)
    return added


def _places(
    storage: Storage, parts: list[PartInfo], segment: str
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Returns for each part of ``documents`` the rows to read, ascending, and the ordinals of their texts."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for part in (part for part in parts if part.unit == segment):
        with open_part(storage, part.path) as file:
            table = file.read(columns=["doc", "part", "row"])
        docs, rows = table["doc"].to_numpy(), table["row"].to_numpy()
        firsts = np.unique(docs, return_index=True)[1]  # of copies one is enough
        paths = np.array(table["part"].to_pylist(), object)
        for path in sorted(set(paths[firsts])):
            mine = firsts[paths[firsts] == path]
            mine = mine[np.argsort(rows[mine])]
            found[path] = (rows[mine], docs[mine])
    return found


def _add(
    writer: tantivy.IndexWriter, storage: Storage, path: str, texts: tuple[int, np.ndarray, np.ndarray]
) -> Iterator[int]:
    """Adds the passages of texts of one part; yields how many texts were added."""
    segment, rows, docs = texts
    seen = done = 0
    with open_part(storage, path) as part:
        for batch in part.iter_batches(columns=["text"], batch_size=_BATCH_TEXTS):
            stop = int(np.searchsorted(rows, seen + batch.num_rows))
            taken = batch.column("text").take(pa.array(rows[done:stop] - seen)).to_pylist()
            seen += batch.num_rows
            if not taken:
                continue
            words = split_words(taken)
            made = terms(words)
            for row, doc in enumerate(docs[done:stop].tolist()):
                begin = int(words.bounds[row])
                offset = int(words.offsets[row])
                for first, last in windows(words, row):
                    low, high = np.searchsorted(made.firsts, [begin + first, begin + last]).tolist()
                    if low == high:
                        continue
                    text = written(made.hashes[low:high])
                    document = tantivy.Document()
                    document.add_text("terms", text)
                    document.add_unsigned("segment", segment)
                    document.add_unsigned("doc", doc)
                    document.add_unsigned("first", int(words.starts[begin + first]) - offset)
                    document.add_unsigned("stop", int(words.stops[begin + last - 1]) - offset)
                    document.add_bytes("same", sha256(text.encode())[:8])
                    writer.add_document(document)
            yield len(taken)
            done = stop
