"""Clean text: repaired, with one kind of line end, without control characters, and nothing else.

What a reader sees stays as it is; indentation, blank lines between paragraphs, quotes, widths and
invisible joiners (which Persian, Hindi and emoji need) are the author's.
"""

import re

from schemas.specs import CleanSpec
from transforms.clean.gate import space_at_line_end
from transforms.clean.repair import repair

BLANK_LINES = 2
"""Blank lines that stay in a row; PEP 8 asks for two between functions, more say nothing."""

_BLANK_RUN = re.compile(rf"\n{{{BLANK_LINES + 2},}}")
_C1_LEFT = re.compile("[\x80-\x9f]+")


def clean_text(text: str, spec: CleanSpec) -> str:
    r"""Returns ``text`` cleaned; the same object if there was nothing to do.

    1. Vertical tabs and form feeds, which separate lines and pages, become line feeds.
    2. ``repair``: ftfy, line ends, control characters (U+FEFF too), Unicode NFC.
    3. What is left of the C1 controls goes: five bytes that mean nothing in Windows-1252 either.
    4. White space at the ends of lines goes. No language of ours means anything by it once Markdown's
       hard breaks are read, and copies of a text differ in it more than in anything else. White space
       at the beginning of a line is indentation and stays.
    5. More than ``BLANK_LINES`` blank lines become as many; those at the beginning and the end go.

    Cleaning a clean text changes nothing. For that the steps are repeated when ftfy had work to do:
    a repaired line may fall into two, and each of them is judged anew.

    >>> clean_text("\ufeffOne\r\n\fTwo  \n\n\n\n\n    x = 1\x00\n", CleanSpec())
    'One\n\nTwo\n\n\n    x = 1'
    """
    if not spec.enabled:
        return text
    while True:
        repaired, suspect = repair(text.replace("\v", "\n").replace("\f", "\n"))
        tidied = _tidy(repaired, suspect)
        if tidied == text:
            return text
        if not suspect:
            return tidied
        text = tidied


def _tidy(text: str, suspect: bool) -> str:
    """Does steps 3 to 5. Without a suspect character before it there is none after it."""
    if suspect:
        text = _C1_LEFT.sub("", text)
    if space_at_line_end(text):  # most texts have none, and looking is cheaper than splitting
        text = "\n".join([line.rstrip() for line in text.split("\n")])
    if "\n" * (BLANK_LINES + 2) in text:
        text = _BLANK_RUN.sub("\n" * (BLANK_LINES + 1), text)
    return text.lstrip("\n").rstrip()
