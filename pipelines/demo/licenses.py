"""What the metadata of a distribution says about its licence, as an SPDX expression.

Asked in this order, and the first that answers counts: ``License-Expression`` (PEP 639), the trove
classifiers, the free text of ``License``. Nothing is guessed: a statement that fits several licences,
several classifiers (which do not say whether all or any of them apply), and two statements that
contradict each other are ``NOASSERTION``, with the reason.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

from pipelines.config.names import check_license

NOASSERTION = "NOASSERTION"

_PREFIX = "License :: OSI Approved :: "
_MEANINGLESS = frozenset({"License :: OSI Approved", "License :: DFSG approved"})
_MAX_FIELD_CHARS = 80  # what is longer is the licence's text, not its name

# Only classifiers that name one licence (trove classifiers).
_CLASSIFIERS = {
    f"{_PREFIX}Academic Free License (AFL)": None,
    f"{_PREFIX}Apache Software License": "Apache-2.0",
    f"{_PREFIX}Artistic License": None,
    f"{_PREFIX}Blue Oak Model License (BlueOak-1.0.0)": "BlueOak-1.0.0",
    f"{_PREFIX}Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    f"{_PREFIX}BSD License": None,
    f"{_PREFIX}Eclipse Public License 1.0 (EPL-1.0)": "EPL-1.0",
    f"{_PREFIX}Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    f"{_PREFIX}European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    f"{_PREFIX}GNU Affero General Public License v3": "AGPL-3.0-only",
    f"{_PREFIX}GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    f"{_PREFIX}GNU General Public License (GPL)": None,
    f"{_PREFIX}GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    f"{_PREFIX}GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    f"{_PREFIX}GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    f"{_PREFIX}GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    f"{_PREFIX}GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    f"{_PREFIX}GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    f"{_PREFIX}GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    f"{_PREFIX}GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    f"{_PREFIX}GNU Library or Lesser General Public License (LGPL)": None,
    f"{_PREFIX}Historical Permission Notice and Disclaimer (HPND)": "HPND",
    f"{_PREFIX}ISC License (ISCL)": "ISC",
    f"{_PREFIX}MIT License": "MIT",
    f"{_PREFIX}MIT No Attribution License (MIT-0)": "MIT-0",
    f"{_PREFIX}Mozilla Public License 1.0 (MPL)": "MPL-1.0",
    f"{_PREFIX}Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    f"{_PREFIX}Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    f"{_PREFIX}Python Software Foundation License": "PSF-2.0",
    f"{_PREFIX}The Unlicense (Unlicense)": "Unlicense",
    f"{_PREFIX}Universal Permissive License (UPL)": "UPL-1.0",
    f"{_PREFIX}University of Illinois/NCSA Open Source License": "NCSA",
    f"{_PREFIX}Zero-Clause BSD (0BSD)": "0BSD",
    f"{_PREFIX}zlib/libpng License": "Zlib",
    f"{_PREFIX}Zope Public License": None,
    "License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
}

# Keys as ``_plain`` writes them: lower case, without "the", "license", "licence", punctuation.
_SPELLINGS = {
    "apache": None,
    "apache 2": "Apache-2.0",
    "apache 2 0": "Apache-2.0",
    "apache software": None,
    "apache software 2 0": "Apache-2.0",
    "asl 2 0": "Apache-2.0",
    "bsd": None,
    "bsd 2 clause": "BSD-2-Clause",
    "2 clause bsd": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "bsd 3": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "dual": None,
    "expat": "MIT",
    "gpl": None,
    "gplv2": "GPL-2.0-only",
    "gplv2+": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "isc": "ISC",
    "lgpl": None,
    "mit": "MIT",
    "mozilla public 2 0": "MPL-2.0",
    "mozilla public 2 0 mpl 2 0": "MPL-2.0",
    "mpl 2 0": "MPL-2.0",
    "psf": None,
    "python software foundation": None,
    "unlicense": "Unlicense",
    "zlib": "Zlib",
}


@dataclass(frozen=True, slots=True)
class StatedLicense:
    """A licence as metadata states it.

    Attributes:
        expression: SPDX expression, or ``NOASSERTION``.
        reason: Why nothing can be asserted; empty where something is.
    """

    expression: str
    reason: str = ""


def stated_license(metadata: Message) -> StatedLicense:
    """Returns the licence that the core metadata of a distribution states.

    Args:
        metadata: Its header fields, as ``importlib.metadata`` gives them.

    >>> metadata = Message()
    >>> metadata["License"] = "BSD"
    >>> stated_license(metadata)
    StatedLicense(expression='NOASSERTION', reason='"BSD" may be one of several licences')
    """
    expression = (metadata.get("License-Expression") or "").strip()
    if expression:
        try:
            return StatedLicense(check_license(expression))
        except ValueError:
            return StatedLicense(NOASSERTION, f"{_quoted(expression)} is no SPDX expression")
    field = _field_statement(metadata.get("License") or "")
    classifiers = _classifier_statement(metadata)
    if classifiers is None or field is None:
        return field or classifiers or StatedLicense(NOASSERTION, "the metadata says nothing")
    if classifiers.expression == NOASSERTION:
        return field if field.expression != NOASSERTION else classifiers
    if field.expression not in (NOASSERTION, classifiers.expression):
        said = f"the classifier says {classifiers.expression}, the field License {field.expression}"
        return StatedLicense(NOASSERTION, said)
    return classifiers


def _classifier_statement(metadata: Message) -> StatedLicense | None:
    stated = {line.strip() for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")}
    stated -= _MEANINGLESS
    if not stated:
        return None
    if len(stated) > 1:
        reason = f"{len(stated)} classifiers, which do not say whether all or any of them apply"
        return StatedLicense(NOASSERTION, reason)
    return _looked_up(stated.pop(), _CLASSIFIERS.get, lambda line: line.rpartition(" :: ")[2])


def _field_statement(text: str) -> StatedLicense | None:
    text = text.strip()
    if not text or text.upper() == "UNKNOWN":
        return None
    if "\n" in text or len(text) > _MAX_FIELD_CHARS:
        return StatedLicense(NOASSERTION, "the field License holds a text, not a name")
    try:
        return StatedLicense(check_license(text))
    except ValueError:
        return _looked_up(text, lambda name: _SPELLINGS.get(_plain(name)), str)


def _looked_up(
    statement: str, find: Callable[[str], str | None], shown: Callable[[str], str]
) -> StatedLicense:
    found = find(statement)
    if found is not None:
        return StatedLicense(found)
    known = statement in _CLASSIFIERS or _plain(statement) in _SPELLINGS
    why = "may be one of several licences" if known else "is not a licence name that is known here"
    return StatedLicense(NOASSERTION, f"{_quoted(shown(statement))} {why}")


def _plain(name: str) -> str:
    """Returns a licence's name without what people spell in different ways.

    >>> _plain("The BSD 3-Clause License"), _plain("Apache License, Version 2.0")
    ('bsd 3 clause', 'apache 2 0')
    """
    words = re.findall(r"[a-z0-9+]+", name.lower())
    return " ".join(word for word in words if word not in ("the", "license", "licence", "version", "v"))


def _quoted(text: str) -> str:
    # It goes into a comment, where TOML allows no control characters.
    printable = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return f'"{printable[:_MAX_FIELD_CHARS]}"'
