"""Media types of office packages: templates, slide shows and files with macros have their own."""

import re

from transforms.read.office.package import Package

_MAIN = re.compile(
    r"(application/vnd\.[\w.+-]+?)\.main\+xml|application/vnd\.ms-excel\.sheet\.binary\.macroEnabled"
)


def media_type_of(package: Package, usual: str) -> str | None:
    """Returns the media type of a package as the type of its main part tells; None for the usual one."""
    types = package.read("[Content_Types].xml") or b""
    found = _MAIN.search(types.replace(b"\0", b"").decode("utf-8", "replace"))
    if found is None:
        return None
    media = found[1] or found[0]
    if media.endswith("macroEnabled"):
        media += ".12"  # as registered with IANA
    return None if media == usual else media
