"""Tells mail by its content, under the names that mail has: often none, a number, or ``.txt``."""

import re

from transforms.read import mail_eml, mail_mbox, mail_outlook
from transforms.read.formats import Format

_GUESSED = ("", "txt", "text", "mail", "email", "rfc822", "mbox", "mbx", "eml", "msg")
_MAILDIR = re.compile(r"(?:.*[/\\])?(?:cur|new|tmp)[/\\]\d[^/\\]*", re.DOTALL)


def find_mail(name: str, extension: str, head: bytes) -> Format | None:
    """Returns the format of content that is a mail or a mailbox, else None.

    Args:
        name: Path of the file or name of the member.
        extension: Its extension in lower case without the dot.
        head: Its first bytes.
    """
    if mail_outlook.sniff(head, name):
        return mail_outlook.FORMAT
    if extension not in _GUESSED and not _MAILDIR.fullmatch(name):
        return None
    if extension != "eml" and mail_mbox.sniff(head, name):
        return mail_mbox.FORMAT
    if mail_eml.looks_like_mail(head):
        return mail_eml.FORMAT
    return mail_eml.FORMAT if extension in ("eml", "msg") and mail_eml.has_headers(head) else None
