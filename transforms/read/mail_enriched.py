"""``text/enriched`` (RFC 1896) and its forerunner ``text/richtext`` (RFC 1341) to plain text."""

import re

_PARAMETERS = re.compile(r"<(param|comment)>[^<]*</\1>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:nl|np|paragraph|/paragraph)>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,59}>")
_LINE_ENDS = re.compile(r"\n+")


def plain_of_enriched(text: str, *, rich: bool = False) -> str:
    r"""Returns the text without its markup.

    Of enriched text one line end is a space, and each further one a line end; rich text has ``<nl>``.

    >>> plain_of_enriched("<bold>Now</bold> is\nthe <italic>time</italic>\n\n<< 5")
    'Now is the time\n< 5'
    >>> plain_of_enriched("a<nl>b<lt>", rich=True)
    'a\nb<'
    """
    text = _PARAMETERS.sub("", text.replace("\0", ""))
    if rich:
        text = _BREAK.sub("\n", text.replace("\n", " ")).replace("<lt>", "\0")
    else:
        text = _LINE_ENDS.sub(lambda found: "\n" * (len(found[0]) - 1) or " ", text).replace("<<", "\0")
    return _TAG.sub("", text).replace("\0", "<")
