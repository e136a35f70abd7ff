"""fastText's language model, read from its file and asked by compiled loops (``fasttext.c``).

The library unpacks a vector of the quantised model anew for every n-gram that it meets, which is 98 % of its
time. Here all are unpacked once, 7 MB a process, and a text of 450 characters takes 15 µs for 550. The
arithmetic and its order are the library's, so the probabilities are the same numbers; where there are no
compiled loops, or the file is another model than the one that they are written for, the library is asked.

The file (``lid.176.ftz``, format 12 of fastText): settings; the words and labels by falling frequency, with
their counts; which n-grams were kept; their vectors as product codes of 8 parts with a code for the length
(Joulin et al. 2016, "FastText.zip"); the vectors of the questions. The tree over the labels is a Huffman
code of their counts.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_MAGIC: Final = (793712314, 12)
_SETTINGS: Final = struct.Struct("<12id")
_DIM: Final = 16
_HIERARCHICAL: Final = 1  # of its kinds of loss
_CENTROIDS: Final = 256
_LABEL: Final = 1
_UNREACHED: Final = 10**15  # more than any count
_MOST_NGRAMS: Final = 0xFFFF
_LINE: Final = 64  # bytes of the processor's cache, in one of which a vector should lie


class UnknownModelError(Exception):
    """The file is not a model that the compiled loops are written for."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What the file holds, as the compiled loops take it.

    Attributes:
        labels: In the order of their numbers, without their prefix.
        rows: Vectors of the words, then of the n-grams that were kept, by bucket.
        questions: Vectors of the inner nodes of the tree.
        buckets: Of the n-grams' hashes.
        kept: Those whose n-grams were kept, in order.
        words: In the order of their numbers.
        left: Of each inner node: a label, or the number of labels + another inner node.
        right: The other answer.
        least: Characters in an n-gram.
        most: The same.
    """

    labels: list[str]
    rows: NDArray[np.float32]
    questions: NDArray[np.float32]
    buckets: int
    kept: NDArray[np.int64]
    words: list[bytes]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    least: int
    most: int

    def loaded(self, loops: Any) -> Any:
        """Returns an object of ``fasttext.c`` that predicts."""
        spelled = np.zeros(len(self.words) + 1, np.int64)
        np.cumsum([len(word) for word in self.words], out=spelled[1:])
        table = np.full(4 * len(self.words) + 1, -1, np.int32)
        for number, word in enumerate(self.words):
            slot = _hash(word) % len(table)
            while table[slot] >= 0:
                slot = (slot + 1) % len(table)
            table[slot] = number
        spelling = b"".join(self.words)
        bits = np.zeros(-(-self.buckets // 64) * 64, np.bool_)
        bits[self.kept] = True
        before = np.zeros(len(bits) // 64 + 1, np.uint16)
        np.cumsum(bits.reshape(-1, 64).sum(axis=1), out=before[1:])
        kept = np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)
        tree = self.left, self.right
        parts = _in_lines(self.rows), self.questions, kept, before, table, spelling, spelled, *tree
        return loops.Model(*parts, self.buckets, self.least, self.most)


def read_model(path: Path) -> Model:
    """Reads a model.

    Raises:
        UnknownModelError: If it is of another kind, or broken.
    """
    file = _File(path.read_bytes())
    try:
        return _read(file)
    except (IndexError, ValueError, struct.error) as error:
        raise UnknownModelError(f"{path.name} is broken") from error


class _File:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._place)
        self._place += struct.calcsize(form)
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self._data, kind, count, self._place)
        self._place += found.nbytes
        return found

    def word(self) -> bytes:
        end = self._data.index(0, self._place)
        found = self._data[self._place : end]
        self._place = end + 1
        return found


def _read(file: _File) -> Model:
    if file.numbers("<2i") != _MAGIC:
        raise UnknownModelError("no model of fastText's format 12")
    dim, _, _, _, _, word_ngrams, loss, _, buckets, least, most, _, _ = file.numbers(_SETTINGS.format)
    size, word_count, label_count, _, kept = file.numbers("<3i2q")
    entries = [(file.word(), *file.numbers("<qb")) for _ in range(size)]
    if (dim, word_ngrams, loss) != (_DIM, 1, _HIERARCHICAL) or kept < 0 or word_count + label_count != size:
        raise UnknownModelError("a model with other settings")
    if any((kind == _LABEL) != (number >= word_count) for number, (_, _, kind) in enumerate(entries)):
        raise UnknownModelError("labels among the words")
    pairs = file.array("<i4", 2 * kept).reshape(kept, 2).astype(np.int64)
    order = np.argsort(pairs[:, 0])
    rows = _vectors(file)
    if len(rows) != word_count + kept or kept > _MOST_NGRAMS:
        raise UnknownModelError("vectors and n-grams differ in number")
    rows = np.concatenate([rows[:word_count], rows[word_count + pairs[order, 1]]])
    quantised, height, width = file.numbers("<?2q")
    if quantised or (height, width) != (label_count, dim):
        raise UnknownModelError("questions in another form")
    questions = file.array("<f4", height * width).reshape(height, width)
    left, right = _tree([count for _, count, _ in entries[word_count:]])
    return Model(
        labels=[word.decode().removeprefix("__label__") for word, _, _ in entries[word_count:]],
        rows=rows,
        questions=np.array(questions[: label_count - 1], np.float32),  # in the file they lie anywhere
        buckets=buckets,
        kept=pairs[order, 0],
        words=[word for word, _, _ in entries[:word_count]],
        left=left,
        right=right,
        least=least,
        most=most,
    )


def _vectors(file: _File) -> NDArray[np.float32]:
    """Unpacks the vectors: each is put together of centroids, times a length."""
    quantised, with_length, height, width = file.numbers("<2?2q")
    if not (quantised and with_length) or width != _DIM:
        raise UnknownModelError("vectors in another form")
    (size,) = file.numbers("<i")
    codes = file.array("u1", size).reshape(height, -1)
    parts = _centroids(file, codes.shape[1])
    lengths = file.array("u1", height)
    (length,) = _centroids(file, 1)
    rows = np.concatenate([part[codes[:, place]] for place, part in enumerate(parts)], axis=1)
    rows *= length[lengths]
    return np.ascontiguousarray(rows, np.float32)


def _in_lines(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns a copy that begins where a line of the cache does."""
    room = np.empty(rows.nbytes + _LINE, np.uint8)
    begin = -room.ctypes.data % _LINE
    copy = room[begin : begin + rows.nbytes].view(np.float32).reshape(rows.shape)
    copy[:] = rows
    return copy


def _centroids(file: _File, parts: int) -> NDArray[np.float32]:
    """Returns the centroids of each part of a product code; only equal parts are known here."""
    dim, count, part, last = file.numbers("<4i")
    if count != parts or part != last or dim != parts * part:
        raise UnknownModelError("product codes in another form")
    return file.array("<f4", dim * _CENTROIDS).reshape(parts, _CENTROIDS, part)


def _tree(counts: list[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns the children of each inner node of fastText's Huffman code of falling counts."""
    labels = len(counts)
    sums = [*counts, *[_UNREACHED] * (labels - 1)]
    children = []
    leaf, node = labels - 1, labels
    for parent in range(labels, 2 * labels - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and sums[leaf] < sums[node]:
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(node)
                node += 1
        children.append(pair)
        sums[parent] = sums[pair[0]] + sums[pair[1]]
    left, right = np.array(children, np.int32).T
    return np.ascontiguousarray(left), np.ascontiguousarray(right)


def _hash(word: bytes) -> int:
    """Returns FNV-1a, with fastText's sign extension of bytes."""
    value = 2166136261
    for byte in word:
        value = (value ^ (byte if byte < 0x80 else byte | 0xFFFFFF00)) * 16777619 & 0xFFFFFFFF
    return value
