"""The step: a document with clean text, or its rejection because nothing is left."""

from dataclasses import replace
from typing import Any

import ftfy

from schemas.records import HEAD_CHARS, Document, Rejection
from schemas.specs import CleanSpec
from transforms.clean.repair import CONFIG
from transforms.clean.text import clean_text

CLEAN_VERSION = 1
"""Bumped by hand whenever the same text is cleaned differently."""


def recipe() -> dict[str, Any]:
    """Returns what, besides its part of the configuration, decides the result of this step."""
    return {"clean": CLEAN_VERSION, "ftfy": ftfy.__version__, "settings": CONFIG._asdict()}


def clean_document(document: Document, spec: CleanSpec) -> Document | Rejection:
    """Cleans text, title and author; refuses a document of which no text remains (rule ``empty``).

    Title and author come out as one line, or None where they are empty. If nothing changed, the
    document itself is returned.
    """
    if not spec.enabled:
        return document
    text = clean_text(document.text, spec)
    if not text:
        return Rejection(
            doc_id=document.doc_id,
            source=document.source,
            uri=document.uri,
            locator=document.locator,
            stage="clean",
            rule="empty",
            value=0.0,
            limit=1.0,
            head=document.text[:HEAD_CHARS],
            media_type=document.media_type,
            raw_sha256=document.raw_sha256,
        )
    title = _clean_line(document.title, spec)
    author = _clean_line(document.author, spec)
    if text is document.text and title == document.title and author == document.author:
        return document
    return replace(document, text=text, title=title, author=author)


def _clean_line(text: str | None, spec: CleanSpec) -> str | None:
    if text is None:
        return None
    return " ".join(clean_text(text, spec).split()) or None
