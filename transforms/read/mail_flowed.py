"""Lines that a mail program has broken are put together again: ``format=flowed`` (RFC 3676)."""

_SIGNATURE = "-- "


def unwrap(text: str, *, delete_space: bool = False) -> str:
    r"""Joins the lines of flowed text to paragraphs; quoted ones keep their marks once.

    A blank line always stays: strictly it could end a paragraph, in fact it stands between two.

    Args:
        text: Lines that end with ``\n``.
        delete_space: The parameter ``DelSp``: the space at which a line was broken is not part of it.

    >>> unwrap("> one \n> two\nthree \nfour\n-- \nAda")
    '> one two\nthree four\n-- \nAda'
    """
    paragraphs: list[list[str]] = []
    flowing = -1  # depth of the paragraph that goes on
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = _SIGNATURE in (line, content)
        if is_signature:
            content = _SIGNATURE
        if depth == flowing and content and not is_signature:
            paragraphs[-1].append(content)
        else:
            paragraphs.append([">" * depth + " " if depth else "", content])
        flowing = depth if content.endswith(" ") and not is_signature else -1
        if flowing >= 0 and delete_space:
            paragraphs[-1][-1] = content[:-1]
    return "\n".join(_joined(pieces) for pieces in paragraphs)


def _joined(pieces: list[str]) -> str:
    text = "".join(pieces)
    return text if pieces[-1] == _SIGNATURE else text.rstrip(" ")
