"""The step: documents with their personal data counted, hidden, or the document refused.

What is hidden is hidden everywhere a value may stand: text, messages, title, author and metadata of a
document, and the head and detail of what fell in this step or before. Neither the values nor their places
are stored. What names a record stays as it is: ``uri``, ``locator`` and the contributor.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final, TypeVar

from schemas.records import HEAD_CHARS, DeadLetter, Document, Rejection
from schemas.specs import PiiSpec
from transforms.pii.attributes import hide_json
from transforms.pii.find import Rules
from transforms.pii.kinds import KINDS, Kind
from transforms.pii.phones import regions_of
from transforms.pii.plain import UNICODE_VERSION

PII_VERSION: Final = 2
"""Bumped by hand whenever something else may be found in the same text."""

_CUT_OFF = re.compile(r"(?:[+(]?\d[\d\-./() ]*|\S*[@\d]\S*|\S{20,})$")
"""What at the end of a head may be the beginning of something that would have been found."""

Fallen = TypeVar("Fallen", Rejection, DeadLetter)


def recipe() -> dict[str, Any]:
    """Returns what, besides its part of the configuration, decides the result of this step."""
    return {"pii": PII_VERSION, "unicode": UNICODE_VERSION, "phonenumbers": version("phonenumberslite")}


def protect_document(document: Document, spec: PiiSpec) -> Document | Rejection:
    """Looks a document through; refuses it (rule ``pii``) if it holds a kind that is to be refused.

    Findings in text, title, author and metadata are counted, whether they are kept or hidden. ``messages``
    say what the text says, and are not counted again.
    """
    if not spec.enabled:
        return document
    rules = _rules(spec, document.language)
    text, counts = rules.hide(document.text)
    refused = {kind for kind, action in spec.actions.items() if action == "reject"}
    title = _hide(document.title, rules, counts)
    author = _hide(document.author, rules, counts)
    metadata = document.metadata
    if metadata is not None:
        metadata, found = hide_json(metadata, rules)
        counts.update(found)
    if any(kind in refused for kind in counts):
        return _refuse(document, text, {kind: counts[kind] for kind in KINDS if kind in refused})
    messages = document.messages
    if messages is not None:
        messages, _ = hide_json(messages, rules)
    return replace(
        document,
        text=text,
        title=title,
        author=author,
        metadata=metadata,
        messages=messages,
        pii=tuple(sorted(counts.items())),
    )


def protect_fallen(fallen: Iterable[Fallen], spec: PiiSpec) -> tuple[Fallen, ...]:
    """Hides what must not be read in the rows of records that fell before.

    The end of a head that was cut off goes if it may be the beginning of something.
    """
    rules = _rules(spec, None)
    if not spec.enabled or not rules.hidden:
        return tuple(fallen)
    return tuple(_protect(one, rules) for one in fallen)


def _protect(one: Fallen, rules: Rules) -> Fallen:
    head, _ = rules.hide(one.head)
    if len(one.head) >= HEAD_CHARS:
        head = _CUT_OFF.sub("", head)
    if isinstance(one, DeadLetter):
        return replace(one, head=head)
    detail = one.detail and rules.hide(one.detail)[0]
    return replace(one, head=head, detail=detail)


def _hide(text: str | None, rules: Rules, counts: Counter[Kind]) -> str | None:
    if text is None:
        return None
    hidden, found = rules.hide(text)
    counts.update(found)
    return hidden


def _rules(spec: PiiSpec, language: str | None) -> Rules:
    return _rules_of(tuple(spec.actions.items()), tuple(spec.regions), language)


@lru_cache(maxsize=1024)
def _rules_of(actions: tuple[tuple[str, str], ...], regions: tuple[str, ...], language: str | None) -> Rules:
    given = dict(actions)
    return Rules(
        tuple(kind for kind in KINDS if given.get(kind, "ignore") != "ignore"),
        tuple(kind for kind in KINDS if given.get(kind) in ("redact", "reject")),
        regions_of(language, regions),
    )


def _refuse(document: Document, hidden: str, counts: Mapping[Kind, int]) -> Rejection:
    found = Counter({kind: count for kind, count in counts.items() if count})
    return Rejection(
        doc_id=document.doc_id,
        source=document.source,
        uri=document.uri,
        locator=document.locator,
        stage="pii",
        rule="pii",
        value=float(found.total()),
        limit=0.0,
        detail=" ".join(f"{kind}={count}" for kind, count in sorted(found.items())),
        head=hidden[:HEAD_CHARS],
        media_type=document.media_type,
        raw_sha256=document.raw_sha256,
    )
