"""Checks of the names in ``corpus.toml``: sources, languages, licences. Each returns the name or raises.

The ``ValueError`` says what is wrong and, where one is near, the right name.
"""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LICENSE_REF = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_UNSTATED = ("NOASSERTION", "NONE")
_COMMON = (
    "BSD-3-Clause",
    "GPL-3.0-only",
    "GPL-2.0-only",
    "LGPL-3.0-only",
    "MPL-2.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
)


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """Returns the known name most like a wrong one, or None if none is near; case does not count.

    >>> nearest("licence", ["license", "name"]), nearest("colour", ["license", "name"])
    ('license', None)
    """
    folded: dict[str, str] = {}
    for name in sorted(known):
        folded.setdefault(name.casefold(), name)
    found = difflib.get_close_matches(wrong.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def hint(wrong: str, known: Iterable[str]) -> str:
    """Returns ``; did you mean `right`?``, or nothing if no known name is near."""
    found = nearest(wrong, known)
    return f"; did you mean `{found}`?" if found else ""


def check_name(name: str) -> str:
    """Accepts a name of a source or a corpus: it becomes part of ids, URIs and file names.

    >>> check_name("k8s-docs")
    'k8s-docs'
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"`{name}` is not a name: a letter or digit of ASCII, then also . _ -")
    return name


def check_language(code: str) -> str:
    """Accepts a language code as the detectors state it.

    >>> check_language("de")
    'de'
    """
    if not _LANGUAGE.fullmatch(code):
        short = code.casefold()
        other = f"; did you mean `{short}`?" if _LANGUAGE.fullmatch(short) else ""
        raise ValueError(f'`{code}` is not a language code such as "en"{other}')
    return code


def check_region(code: str) -> str:
    """Accepts a country whose telephone numbers are known.

    >>> check_region("DE")
    'DE'
    """
    from phonenumbers import SUPPORTED_REGIONS  # 0.1 s, and few configurations need it

    if code not in SUPPORTED_REGIONS:
        other = f"; did you mean `{code.upper()}`?" if code.upper() in SUPPORTED_REGIONS else ""
        raise ValueError(f'`{code}` is not a country code such as "DE"{other}')
    return code


def check_license(expression: str) -> str:
    """Accepts an SPDX expression and returns it in its canonical spelling.

    ``LicenseRef-…`` may stand for a licence that SPDX does not list; ``NOASSERTION`` and ``NONE`` stand
    alone.

    >>> check_license("mit or Apache-2.0"), check_license("LicenseRef-House")
    ('MIT OR Apache-2.0', 'LicenseRef-House')
    """
    if expression in _UNSTATED:
        return expression
    licensing = _licensing()
    try:
        parsed = licensing.parse(expression, strict=True)
    except Exception as error:  # the library raises its own, its parser's and AttributeError
        raise ValueError(_no_license(expression)) from error
    symbols = [] if parsed is None else [str(part) for part in licensing.license_symbols(parsed)]
    wrong = [part for part in symbols if not _known(part) and not _LICENSE_REF.fullmatch(part)]
    if parsed is None or wrong:
        raise ValueError(_no_license(wrong[0] if wrong else expression))
    return str(parsed.render("{symbol.key}"))


def _no_license(wrong: str) -> str:
    symbols = _licensing().known_symbols.values()
    known = [s.key for s in symbols if not s.is_exception and not s.key.startswith("LicenseRef-")]
    # "GPLv3" and "CC0" are beginnings of the names they stand for.
    start = re.sub(r"[\s_-]+|v(?=\d)", "-", wrong.strip().casefold())
    longer = [key for key in known if start and key.casefold().startswith(start)]
    common = [key for key in _COMMON if key in longer]
    found = common[0] if common else min(longer, key=_shortest, default=None) or nearest(wrong, known)
    other = f"did you mean `{found}`?" if found else "LicenseRef-… names one that is not listed there"
    return f"`{wrong}` is no SPDX licence; {other}"


def _shortest(key: str) -> tuple[int, str]:
    return len(key), key


def _known(key: str) -> bool:
    return key in _licensing().known_symbols


@cache
def _licensing() -> Any:
    # 70 ms, and only a configuration needs it.
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()
