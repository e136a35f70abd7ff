"""Recipes: what exactly a stage's result depends on, and nothing else.

A stage runs again when its recipe changes: the configuration keys it reads, the versions of the
libraries that make its result, and versions bumped by hand in the code. A recipe of one stage has
nothing of another: a new ``[dedup] threshold`` reads no source again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import Any

from pipelines.chain import Recipe
from schemas.ids import recipe_digest
from schemas.specs import IndexSpec, IngestSpec, Named
from transforms import (
    bands,
    clean,
    clusters,
    containing,
    language,
    measures,
    ngrams,
    quality,
    shingles,
    signatures,
    survivors,
    winnowing,
    words,
)
from transforms.decontaminate import documents as decontaminate
from transforms.pii import document as pii
from transforms.read import decode, registry

INGEST_VERSION = 1
"""Bumped by hand when reading, extraction or the order of the steps changes what comes out."""


def make_recipe(spec: IngestSpec, generation: int = 0) -> Recipe:
    """Returns the recipe of a source."""
    sign = recipe_digest(sign_stage(spec)) if spec.dedup.enabled else None
    return Recipe(recipe_digest(ingest_stage(spec)), sign, generation)


def ingest_stage(spec: IngestSpec) -> dict[str, Any]:
    """Returns what ``documents``, ``rejections`` and ``dead_letters`` of a source depend on.

    Names and licences that are constant for a source are joined by the views and are no part of it.
    """
    source = spec.source
    formats = registry.all_formats() if source.format == "auto" else [registry.by_name(source.format)]
    brought = {plugin.form.name: [plugin.distribution] for plugin in registry.plugins()}
    return {
        "version": INGEST_VERSION,
        "formats": {
            form.name: [form.version, *_versions(form.libraries), *brought.get(form.name, [])]
            for form in formats
        },
        "decode": [decode.DECODE_VERSION, *_versions(decode.LIBRARIES)],
        "text_field": source.text_field,
        "fields": dict(source.fields),
        "contributor": _override(source.contributor),
        "license": _override(source.license),
        "html": asdict(spec.html),
        "clean": clean.recipe() if spec.clean.enabled else None,
        "language": {**asdict(spec.language), **language.recipe()} if spec.language.enabled else None,
        "pii": {**asdict(spec.pii), **pii.recipe()} if spec.pii.enabled else None,
        # Limits decide about dead letters; without a sandbox a build survives none that they would make.
        "limits": [spec.limits.seconds, spec.limits.memory_mb],
        "quality": quality.recipe(spec.quality) if spec.quality.enabled else None,
        **({"decontaminate": decontaminate.recipe(spec.decontaminate)} if spec.decontaminate.enabled else {}),
        "sample": spec.sample,
        "measures": [words.WORDS_VERSION, measures.TOKENS_VERSION],
    }


def sign_stage(spec: IngestSpec) -> dict[str, Any]:
    """Returns what a document's signature depends on, besides its text."""
    return {
        "ngram": spec.dedup.ngram,
        "permutations": spec.dedup.permutations,
        "versions": [words.WORDS_VERSION, shingles.SHINGLES_VERSION, signatures.SIGNATURES_VERSION],
        "libraries": _versions(["datasketch"]),
    }


def dedup_stage(
    threshold: float, permutations: int, containment: float, ranking: Mapping[str, tuple[bool, int]]
) -> dict[str, Any]:
    """Returns what ``members`` and ``pairs`` depend on, besides the parts they are made from.

    Args:
        threshold: Similarity from which a document is a near duplicate.
        permutations: Values in a signature.
        containment: Share from which a document is a part of another one; 0 looks for none.
        ranking: Source -> (reference, priority).
    """
    parts = {"containment": containment, "parts_version": containing.CONTAINMENT_VERSION}
    return {
        "threshold": threshold,
        **(parts if containment else {}),
        "bands": list(bands.choose_bands(threshold, permutations)),
        "versions": [bands.BANDS_VERSION, clusters.CLUSTERS_VERSION, survivors.SURVIVORS_VERSION],
        "ranking": {source: list(rank) for source, rank in sorted(ranking.items())},
    }


def index_stage(spec: IndexSpec) -> dict[str, Any]:
    """Returns what the fingerprints of a text depend on, besides the text."""
    return {
        "ngram": spec.ngram,
        "min_words": spec.min_words,
        "versions": [words.WORDS_VERSION, ngrams.NGRAMS_VERSION, winnowing.WINNOWING_VERSION],
    }


def _override(named: Named) -> list[str | int | None]:
    return [named.field_name, named.path_part]


def _versions(libraries: Iterable[str]) -> list[str]:
    return [f"{name} {_version(name)}" for name in sorted(libraries)]


@cache  # a version is read from a file, and each source asks for those of all formats
def _version(library: str) -> str:
    return version(library)
