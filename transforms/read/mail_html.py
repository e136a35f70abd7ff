"""HTML bodies of mails to text: all of it, for a mail has no navigation around its text.

What finds the main text of web pages takes a mail's lists, layout tables and signatures for something else:
of 295 HTML mails it left out more than 40 % of the words in one of ten, and took 13 times as long.
"""

import re

from schemas.records import Dead
from transforms.read.html import declared_encoding
from transforms.read.mail_charset import decode_mail

MAX_TAGS = 500_000
"""Tags of a page; each takes some 600 bytes of memory when the page is parsed."""

_BLANK_LINES = re.compile(r"\n{3,}")


def text_of_html(raw: bytes, charset: str) -> str | Dead:
    """Returns the text of a page; paragraphs and list items on lines of their own.

    Args:
        raw: The page.
        charset: The encoding that the mail states; counts more than what the page says of itself.

    Returns:
        The text; ``undecodable`` if the page is no text, ``too_large`` if it has too many tags.
    """
    if raw.count(b"<") > MAX_TAGS:
        return Dead("too_large", f"a page of more than {MAX_TAGS} tags")
    page = decode_mail(raw, charset or declared_encoding(raw))
    if isinstance(page, Dead):
        return page
    page = page.replace("\0", "")
    text = _plain_text(page)
    if not text.strip():
        text = _plain_text(page, alt_texts=True)  # a mail of pictures says at least what they show
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip("\n")


def _plain_text(page: str, *, alt_texts: bool = False) -> str:
    from resiliparse.extract.html2text import extract_plain_text  # imported by the first page

    return str(
        extract_plain_text(page, main_content=False, links=False, alt_texts=alt_texts, form_fields=False)
    )
