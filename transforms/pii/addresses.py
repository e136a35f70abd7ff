"""IP addresses of versions 4 and 6; those of the public internet apart from the others.

Which ranges are not public is stated here, from IANA's registries of special-purpose addresses (RFC 6890 and
its updates), because the standard library's answer differs between releases of Python. Documentation
ranges (RFC 5737, RFC 3849) are nobody's address and no finding at all.

Four small numbers with dots are far more often a version, a section or an object identifier. So there is no
finding beside a letter, a word such as "version", or, outside of the special ranges, where all four numbers
are below ``SMALL``, the first two or the last three below ``VERY_SMALL``: 1 address in 600.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from transforms.pii.kinds import Finding, Kind
from transforms.pii.plain import DOTTED, WORD, Plain

SMALL: Final = 20
"""Four numbers that are all below this are read as a version."""

VERY_SMALL: Final = 10
"""Four numbers of which the first two, or the last three, are all below this are read as a version."""

_DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
_SPECIAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",  # multicast, and what is kept for later
    "::/8",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2002::/16",
    "fc00::/7",
    "fe80::/9",
    "ff00::/8",
)


def _numbers(networks: tuple[str, ...]) -> tuple[list[tuple[int, int]], ...]:
    """Returns (first, last) of the networks of versions 4 and 6."""
    parsed = [ipaddress.ip_network(network) for network in networks]
    return tuple(
        [(int(net.network_address), int(net.broadcast_address)) for net in parsed if net.version == version]
        for version in (4, 6)
    )


_DOCUMENTATION_4, _DOCUMENTATION_6 = _numbers(_DOCUMENTATION)
_SPECIAL_4, _SPECIAL_6 = _numbers(_SPECIAL)

_VERSION_BEFORE = re.compile(
    rb"(?<![A-Za-z])(?:version|ver|vers|release|released|build|rev|revision|section|chapter|firmware|kernel|oid|"
    rb"v|r)[.:= \"'(]{0,3}\Z",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(rb"(?:[" + WORD + rb"]|[A-Za-z_\x80][/_.-])\Z")  # not $: also before a line feed
_WORD_AFTER = re.compile(rb"[" + WORD + rb"]|\.[" + WORD + rb"]|-[A-Za-z_\x80]|\+")
_HEADING_AFTER = re.compile(rb"\.[ \t][A-Z<]|\.?[ \t]{2,}[A-Z]")
_NETWORK = re.compile(rb"/\d{1,2}(?!\d)")
_SIX = re.compile(
    rb"(?<!["
    + WORD
    + rb":.])(?:[0-9A-Fa-f]{1,4}:){1,7}(?::|(?::?[0-9A-Fa-f]{1,4}){1,7})(?!["
    + WORD
    + rb":])"
)


def find_addresses(plain: Plain) -> Iterator[Finding]:
    """Yields the addresses of both versions that are no documentation range."""
    yield from _find_four(plain)
    colons = plain.data.count(b":")
    if colons >= 7 or (colons >= 2 and b"::" in plain.data):
        yield from _find_six(plain)


def _find_four(plain: Plain) -> Iterator[Finding]:
    if not plain.signs & DOTTED:
        return
    starts, stops = plain.runs()
    dotted = (starts[1:] - stops[:-1] == 1) & (plain.view[stops[:-1]] == 46) & (stops[1:] - starts[1:] <= 3)
    for index in np.flatnonzero(dotted[:-2] & dotted[1:-1] & dotted[2:]).tolist():
        follows = index + 3 < len(dotted) and bool(dotted[index + 3])
        if follows or (index > 0 and dotted[index - 1]):
            continue  # more than four numbers
        start, stop = int(starts[index]), int(stops[index + 3])
        if (kind := _kind_of_four(plain.data, start, stop)) is not None:
            yield Finding(start, stop, kind)


def _kind_of_four(data: bytes, start: int, stop: int) -> Kind | None:
    parts = data[start:stop].split(b".")
    if any(len(part) > 3 or (len(part) > 1 and part.startswith(b"0")) for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if max(numbers) > 255 or numbers[0] == 0:
        return None
    before = data[max(0, start - 16) : start]
    if _WORD_AFTER.match(data, stop) or _VERSION_BEFORE.search(before) or _WORD_BEFORE.search(before):
        return None
    value = int.from_bytes(bytes(numbers))
    if _within(value, _DOCUMENTATION_4):
        return None
    if _within(value, _SPECIAL_4):
        return "private_ip"
    if max(numbers) < SMALL or max(numbers[:2]) < VERY_SMALL or max(numbers[1:]) < VERY_SMALL:
        return None
    if max(numbers) < 100 and _HEADING_AFTER.match(data, stop):
        return None
    return None if numbers[3] == 0 and _NETWORK.match(data, stop) else "ip"


def _find_six(plain: Plain) -> Iterator[Finding]:
    data = plain.data
    colons = np.flatnonzero(plain.view == 58)
    # Three colons with no more than four characters between two: where an address may be.
    near = colons[:-2][colons[2:] - colons[:-2] <= 10]
    stop = 0
    for at in near.tolist():
        if at < stop:
            continue
        found = _SIX.search(data, max(stop, at - 5), at + 48)
        if found is None:
            continue
        stop = found.end()
        if (kind := _kind_of_six(found[0])) is not None:
            yield Finding(found.start(), found.end(), kind)


def _kind_of_six(written: bytes) -> Kind | None:
    groups = [group for group in written.split(b":") if group]
    if len(groups) < 8 and len(groups) < 3:
        return None
    if len(groups) == 8 and max(map(len, groups)) < 3:
        return None  # eight bytes: an identifier of a device
    try:
        value = int(ipaddress.IPv6Address(written.decode("ascii")))
    except ValueError:
        return None
    if _within(value, _DOCUMENTATION_6):
        return None
    if _within(value, _SPECIAL_6):
        return "private_ip"
    # Shortened, it must be of the range that is given out (2000::/3): code has ``dead::beef``, too.
    return "ip" if len(groups) == 8 or value >> 125 == 1 else None


def _within(value: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= value <= last for first, last in ranges)
