"""What an HTML page says of itself in its head: title, author, date, description, language, licence."""

from dataclasses import dataclass
from typing import Any

from transforms.read.dates import parse_timestamp

_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author")
_DATES = (
    "article:published_time", "datepublished", "date", "dc.date", "dcterms.created", "dcterms.date",
    "dc.date.issued", "citation_publication_date", "citation_date", "pubdate", "publishdate",
)  # fmt: skip
_TITLES = ("og:title", "dc.title", "citation_title", "twitter:title")
_KEPT = {
    "description": "description", "og:description": "description", "keywords": "keywords",
    "og:site_name": "site", "og:type": "type", "generator": "generator", "dc.rights": "rights",
}  # fmt: skip
_LINKS = {"canonical": "url", "license": "license"}
_MAX_CHARS = 2000


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What was found; ``created_at`` in microseconds UTC."""

    title: str | None
    author: str | None
    created_at: int | None
    metadata: dict[str, str]


def page_metadata(tree: Any) -> PageMetadata:
    """Reads the head of a parsed page; of several statements the first in the order above counts."""
    stated: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or ""
        content = " ".join((meta.get("content") or "").split())[:_MAX_CHARS]
        if name and content:
            stated.setdefault(name.strip().lower(), content)
    metadata: dict[str, str] = {}
    for name, key in _KEPT.items():
        if name in stated:
            metadata.setdefault(key, stated[name])
    for link in tree.iter("link", "a"):
        key = _LINKS.get((link.get("rel") or "").strip().lower(), "")
        target = (link.get("href") or "").strip()
        if key and target.startswith(("http://", "https://")):
            metadata.setdefault(key, target[:_MAX_CHARS])
    if language := (tree.get("lang") or "").strip():
        metadata["lang"] = language[:35]
    author = _first(stated, _AUTHORS)
    created = next((when for name in _DATES if (when := parse_timestamp(stated.get(name))) is not None), None)
    return PageMetadata(_first(stated, _TITLES) or _title(tree), author, created, metadata)


def _first(stated: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((stated[name] for name in names if name in stated), None)


def _title(tree: Any) -> str | None:
    for element in tree.iter("title"):
        return " ".join((element.text or "").split()) or None
    return None
