"""What datatrove's PIIFormatter replaces: JSON texts on stdin, spans and seconds on stdout.

Its replacements are set to one character of a private area each, and the text between two of them is
found again in the original, which gives the places.
"""

import json
import sys
import time

from datatrove.pipeline.formatters import PIIFormatter

MARKS = {"\ue000": "email", "\ue001": "ip"}


def spans(text, replaced):
    """Returns the places of what was replaced."""
    found, at, kind = [], 0, None
    piece = ""
    for character in replaced + "\0":
        if character not in MARKS and character != "\0":
            piece += character
            continue
        begin = text.index(piece, at) if character != "\0" else len(text) - len(piece)
        if kind is not None:
            found.append((at, begin, kind))
        at, kind, piece = begin + len(piece), MARKS.get(character), ""
    return found


texts = json.load(sys.stdin)
formatter = PIIFormatter(email_replacement="\ue000", ip_replacement="\ue001")
times = []
for _ in range(3):
    start = time.process_time()
    replaced = [formatter.format(text) for text in texts]
    times.append(time.process_time() - start)
found = [spans(text, other) for text, other in zip(texts, replaced, strict=True)]
json.dump({"found": found, "seconds": sorted(times)[1]}, sys.stdout)
