"""E-mail addresses as people write them: ``name@host.domain``, also with ``%40`` as within a URL.

Of RFC 5322 the forms that are in use: dots, digits, ``_ % + - '`` in the name; letters with marks in
both parts (RFC 6531). No address of a person, so no finding:

* domains that RFC 2606 and RFC 6761 keep for examples and tests (``example.com``, ``.test`` …);
* accounts of version control, targets of copies and user names within a URL: ``git@host:path``,
  ``user@host:/path``, ``ssh://user@host``;
* what ends like a file or a unit of systemd, not like a domain: ``icon@2x.png``, ``getty@tty1.service``.
"""

import re
from collections.abc import Iterator
from typing import Final

from transforms.pii.kinds import Finding
from transforms.pii.plain import Plain

LOCAL_CHARS: Final = 128
"""Longest name before the ``@``; RFC 5321 allows 64, senders of bounces write more."""

_LOCAL = re.compile(rb"[A-Za-z0-9\x80_%+'.-]+")  # matched from the right
_DOMAIN = re.compile(
    rb"(?:[A-Za-z0-9\x80][A-Za-z0-9\x80-]{0,62}\.)+(xn--[A-Za-z0-9-]{2,59}|[A-Za-z\x80]{2,24})"
    rb"(?![A-Za-z0-9\x80_]|-[A-Za-z0-9\x80])"
)
_IN_URL = re.compile(rb"://[^\s/?#<>\"']*\Z")  # not $, which is also before a line feed
_COPY_TARGET = re.compile(rb":[/~]")
_URL_CHARS = 300

_RESERVED = re.compile(
    rb"(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost|localdomain)$", re.IGNORECASE
)
_NO_DOMAIN = frozenset(
    b"png jpg jpeg gif svg webp ico css scss html htm php js jsx ts tsx mjs json xml yaml yml toml txt "
    b"cfg conf ini log java class jar cpp hpp exe dll zip tar tgz gz "
    b"service socket target timer mount slice device scope path".split()
)
_ACCOUNTS = frozenset((b"git", b"hg", b"svn"))


def find_emails(plain: Plain) -> Iterator[Finding]:
    """Yields the addresses in order; linear, since each ``@`` is looked at once."""
    for sign in b"@", b"%40":
        if sign[:1] not in plain.data:
            continue
        at = plain.data.find(sign)
        while at >= 0:
            if (found := _around(plain.data, at, len(sign))) is not None:
                yield found
            at = plain.data.find(sign, at + len(sign))


def _around(data: bytes, at: int, width: int) -> Finding | None:
    domain = _DOMAIN.match(data, at + width, at + width + 255)
    if domain is None:
        return None
    before = data[max(0, at - LOCAL_CHARS - 1) : at][::-1]
    local = _LOCAL.match(before)
    if local is None or local.end() > LOCAL_CHARS:
        return None
    name = local[0][::-1]
    if width > 1:  # within a URL a percent sign is the end of something else that was encoded
        name = re.split(rb"%[0-9A-Fa-f]{2}", name)[-1]
    name = name.lstrip(b".'%+-").removesuffix(b".")
    if not name or b".." in name or data[at - 1 : at] in (b".", b"'"):
        return None
    if domain[1].lower() in _NO_DOMAIN or _RESERVED.search(domain[0]) or name.lower() in _ACCOUNTS:
        return None
    start = at - len(name)
    if data[start - 1 : start] == b"$":  # a variable
        return None
    if _COPY_TARGET.match(data, domain.end()) or _IN_URL.search(data, max(0, start - _URL_CHARS), start):
        return None
    return Finding(start, domain.end(), "email")
