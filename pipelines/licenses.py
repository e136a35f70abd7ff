"""Recognises the common licence texts by phrases that only they have; a guess, for ``datamoat init``."""

import re

from pipelines.config.names import check_license

HEAD_CHARS = 20_000
"""How much of a licence file is looked at, in characters."""

_TITLE_CHARS = 400
_STATED = re.compile(r"spdx-license-identifier:\s*([^\n]+)", re.IGNORECASE)
_CREATIVE_COMMONS = re.compile(
    r"(?:creative commons )?attribution(?P<nc>-noncommercial)?(?P<nd>-noderivatives|-noderivs)?"
    r"(?P<sa>-sharealike)? (?P<version>[1-4]\.[05]) (?:international|unported|generic|license)"
)
_TITLES = (
    ("gnu affero general public license version 3", "AGPL-3.0-only"),
    ("gnu lesser general public license version 3", "LGPL-3.0-only"),
    ("gnu lesser general public license version 2.1", "LGPL-2.1-only"),
    ("gnu free documentation license version 1.3", "GFDL-1.3-only"),
    ("gnu general public license version 3", "GPL-3.0-only"),
    ("gnu general public license version 2", "GPL-2.0-only"),
    ("apache license version 2.0", "Apache-2.0"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("eclipse public license - v 2.0", "EPL-2.0"),
    ("cc0 1.0 universal", "CC0-1.0"),
)
_PHRASES = (
    ("this is free and unencumbered software released into the public domain", "Unlicense"),
    ("permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    ("permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
    ("permission to use, copy, modify, and distribute this software and its documentation for any purpose, "
     "without fee, and without a written agreement", "PostgreSQL"),
    ("python software foundation license version 2", "PSF-2.0"),
)  # fmt: skip


def recognise(text: str) -> str | None:
    """Returns the SPDX identifier of a licence text, or None if it is not one of the common ones.

    >>> recognise("MIT License. Permission is hereby granted, free of charge, to any person obtaining a copy")
    'MIT'
    >>> recognise("Attribution-ShareAlike 4.0 International"), recognise("All rights reserved.")
    ('CC-BY-SA-4.0', None)
    """
    text = text[:HEAD_CHARS]
    stated = _STATED.search(text)
    if stated:
        try:
            return check_license(stated[1].strip(" */#-"))
        except ValueError:
            return None
    plain = " ".join(text.casefold().replace(",", " , ").split()).replace(" , ", ", ")
    title = plain.replace(",", "")[:_TITLE_CHARS]
    # Many texts name other licences too; the one they are about comes first.
    named = [(title.find(words), license_id) for words, license_id in _TITLES if words in title]
    named += [(found.start(), _creative_commons(found)) for found in _CREATIVE_COMMONS.finditer(title)]
    if named:
        return min(named)[1]
    for words, license_id in _PHRASES:
        if words in plain:
            return license_id
    if "redistribution and use in source and binary forms" in plain:
        return "BSD-3-Clause" if "neither the name" in plain else "BSD-2-Clause"
    return None


def _creative_commons(found: re.Match[str]) -> str:
    parts = [name.upper() for name in ("nc", "nd", "sa") if found[name]]
    return "-".join(["CC", "BY", *parts, found["version"]])
