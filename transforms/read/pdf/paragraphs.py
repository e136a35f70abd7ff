"""Blocks of a PDF to text: lines joined to paragraphs, hyphens at line ends resolved, bullets as lists."""

import re
from collections.abc import Iterable, Set

from transforms.read.layout import needs_space, table_row
from transforms.read.pdf.glyphs import Word
from transforms.read.pdf.rows import BULLETS, Block, Row, is_rtl, table_cells

_MARK = re.compile(rf"(?:[{BULLETS}]|[-–—*·o](?=\s)|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,5}})[.)])(?:\s|$)")
_BULLET = re.compile(rf"\A[{BULLETS}]\s*|\A[·–—](?=\s)\s*")
_ENDS = re.compile(r"[.!?:;…。！？：；][\"'”’»)\]]*\Z")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NARROW = 25  # heights of a letter; about 45 characters
_SHORT = 0.85
_FULL = 0.5  # of the width of a block
_INDENT = 0.8  # heights of a letter by which a first line is set in
_CLOSED = {  # first parts of compounds that are written without a hyphen
    *(
        "with",
        "some",
        "any",
        "every",
        "under",
        "over",
        "out",
        "up",
        "in",
        "on",
        "how",
        "where",
        "when",
        "what",
        "who",
    ),
    *(
        "there",
        "here",
        "for",
        "be",
        "no",
        "to",
        "an",
        "can",
        "day",
        "man",
        "back",
        "down",
        "fore",
        "inter",
        "after",
    ),
    *("news", "life", "time", "book", "work"),
}
_TAIL = re.compile(r"[^\W\d_]+\Z")
_START = re.compile(r"[^\W\d_]+")


def vocabulary(blocks: Iterable[Block]) -> Set[str]:
    """Returns the words that stand unbroken in a document, in lower case, to resolve hyphens by."""
    found: set[str] = set()
    for block in blocks:
        for row in block.rows:
            for word in row.words():
                if not word.hyphen:
                    found.update(each.lower() for each in _WORD.findall(word.text))
    return found


def block_texts(block: Block, known: Set[str]) -> list[str]:
    """Returns the paragraphs of a block; a table is one of them, a line for each row.

    Args:
        block: The block.
        known: The words of the document.
    """
    if block.table:
        cells = table_cells([_resolved(row) for row in block.rows])
        return ["\n".join(line for row in cells if (line := table_row(row)))]
    right = max(row.right for row in block.rows)
    left = min(row.left for row in block.rows)
    paragraphs: list[list[Row]] = []
    for index, row in enumerate(block.rows):
        if index and not _begins(block.rows[index - 1], row, paragraphs[-1], left, right):
            paragraphs[-1].append(row)
        else:
            paragraphs.append([row])
    texts = [_BULLET.sub("- ", _joined([row.words() for row in each], known)) for each in paragraphs]
    return _tightened(texts, [len(each) == 1 for each in paragraphs])


def join_paragraphs(before: str, after: str, known: Set[str]) -> str | None:
    """Joins two paragraphs of which the page end parted one; None if they are two."""
    if not after or not after[0].islower() or before.count("\n") or after.count("\n"):
        return None
    if len(before) < 40 or _ENDS.search(before) or _MARK.match(after):
        return None
    if before.endswith("\ufffe"):
        return _hyphenated(before[:-1], after, known)
    return f"{before} {after}" if needs_space(before[-1], after[0]) else before + after


def _resolved(row: Row) -> Row:
    for word in row.words():
        if word.hyphen:
            word.text, word.hyphen = word.text + "-", False
    return row


def _begins(before: Row, row: Row, paragraph: list[Row], left: float, right: float) -> bool:
    """Tells whether a line begins a new paragraph."""
    if before.words()[-1].hyphen:
        return False
    text = row.text()
    if _MARK.match(text) or not any(map(str.isalnum, text)) or not any(map(str.isalnum, before.text())):
        return True
    first = row.words()[0]
    to_left = is_rtl(text)
    room = (before.left - left if to_left else right - before.right) - 0.25 * row.size
    if room > first.right - first.left:
        # Its first word would have had room in the line before; some programs leave that, in mid-sentence.
        goes_on = first.text[0].islower() and not _ENDS.search(before.text())
        return not (goes_on and before.right - before.left > _FULL * (right - left))
    listed = _MARK.match(paragraph[0].text()) is not None
    set_in = before.right - row.right if to_left else row.left - before.left
    before_set_in = right - before.right if to_left else before.left - left
    if set_in > _INDENT * row.size and before_set_in < _INDENT * row.size and not listed:
        return _ENDS.search(before.text()) is not None  # else its lines are set in behind the first
    # A narrow block of short lines that begin anew: a receipt, an address.
    width = right - left
    narrow = width < _NARROW * row.size and before.right - before.left < _SHORT * width
    return narrow and not first.text[0].islower() and not _ENDS.search(before.text()) and not to_left


def _joined(lines: list[list[Word]], known: Set[str]) -> str:
    """Joins the lines of a paragraph."""
    text = ""
    for words in lines:
        line = " ".join(word.text for word in words)
        if text.endswith("\ufffe"):
            text = _hyphenated(text[:-1], line, known)
        elif text:
            text += (" " if needs_space(text[-1], line[0]) else "") + line
        else:
            text = line
        if words[-1].hyphen:
            text += "\ufffe"
    return text


def _hyphenated(before: str, after: str, known: Set[str]) -> str:
    """Joins a word that a line end parted; the hyphen stays where the document writes it, or seems to."""
    tail, start = _TAIL.search(before), _START.match(after)
    if tail is None or start is None:
        return f"{before}-{after}"
    whole = (tail[0] + start[0]).lower()
    if whole in known:
        return before + after
    left, right = tail[0].lower(), start[0].lower()
    if f"{left}-{right}" in known or not start[0].islower() or len(left) < 2:
        return f"{before}-{after}"
    if before[: tail.start()].endswith("-"):  # state-of-the-|art
        return f"{before}-{after}"
    # Two words of their own make a compound that is written with a hyphen, but for those that never are.
    apart = left in known and right in known and len(right) > 2 and left not in _CLOSED
    return f"{before}-{after}" if apart else before + after


def _tightened(texts: list[str], single: list[bool]) -> list[str]:
    """Puts the items of a list, and single lines (code, verse, an address), without blank lines between."""
    found: list[str] = []
    for index, text in enumerate(texts):
        items = index > 0 and all(_MARK.match(each) for each in (texts[index - 1], text))
        if items or (index > 0 and single[index - 1] and single[index]):
            found[-1] += "\n" + text
        else:
            found.append(text)
    return found
