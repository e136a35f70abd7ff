"""The main job: from a configuration to a snapshot.

Plan, read and write what is new, sign, deduplicate, and commit one manifest, last. Everything before the
commit is named by its content, so a build that was interrupted goes on where it stopped, and until the
commit every reader sees the old snapshot.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa

from pipelines.benchmark_items import place_items, with_items
from pipelines.chain import Chain, Recipe
from pipelines.config import Config
from pipelines.deduplicate import Deduplicated, deduplicate
from pipelines.index import Indexed, index_documents
from pipelines.logs import quiet_beam
from pipelines.plan import Plan, plan_units
from pipelines.recipes import index_stage, ingest_stage, make_recipe, sign_stage
from pipelines.stages import How, ingest, sign
from schemas.ids import recipe_digest
from schemas.manifest import Manifest
from schemas.specs import IndexSpec
from schemas.tables import SCHEMA_VERSION, TABLES
from schemas.units import PartInfo, Receipt, WorkUnit
from transforms.read.plugins import installed
from warehouse.catalog import Catalog
from warehouse.parts import UnitParts, part_digest
from warehouse.passages.build import index_passages
from warehouse.storage import Storage, open_storage

_PLANNED = "planned.json"
"""Names the list of the plan that is being worked on, so that an interrupted build keeps its units."""

_KEPT = ("attributions",)
"""Tables that no build makes: what earlier runs wrote goes on to each new snapshot."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did.

    Attributes:
        manifest: The current snapshot now.
        committed: False if nothing had changed.
        plan: What was planned.
        over_budget: Source -> (dead letters, records read), where more died than its limit allows.
    """

    manifest: Manifest
    committed: bool
    plan: Plan
    over_budget: Mapping[str, tuple[int, int]]


def build(config: Config, how: How, *, allow_shrink: bool = False, sample: float = 1.0) -> Built:
    """Builds or continues a corpus.

    Args:
        config: A checked configuration.
        how: Workers, or another Beam runner.
        allow_shrink: Lets a source lose more than a fifth of its files.
        sample: Part of the records to take. Less than 1 builds a warehouse of its own beside the
            configured one, ``NAME-sample``.

    Raises:
        UsageError: If another process writes the warehouse, or a source shrank.
        WorkFailed: If a worker died or the warehouse cannot be written.
    """
    storage = open_storage(warehouse_of(config, sample))
    with storage.lock("datamoat build"), _runner(how) as how:
        storage.clear_scratch()
        catalog = Catalog(storage)
        previous = catalog.current()
        plan = plan_units(config, _planned(catalog, previous), allow_shrink=allow_shrink)
        storage.write(_PLANNED, json.dumps(catalog.write_plan(plan.units)).encode())
        generation = previous.generation if previous else 0
        benchmarks = place_items(storage, config)
        chain = _chain(config, storage.location, generation, sample, benchmarks)
        read = ingest(storage, plan.units, chain, how)
        signed = sign(storage, plan.units, chain, how)
        found = _deduplicate(storage, config, read, signed, how)
        indexed = _index(catalog, config, previous, read, how)
        kept = catalog.parts(previous, *_KEPT) if previous else []
        manifest = _manifest(catalog, config, chain, plan, read, signed, found, indexed, benchmarks, kept)
        committed = previous is None or _content(previous) != _content(manifest)
        if committed:
            number = previous.number + 1 if previous else 1
            parent = previous.number if previous else None
            manifest = manifest.model_copy(update={"number": number, "parent": parent})
            catalog.commit(manifest)
        elif previous is not None:
            manifest = previous
        if config.index.enabled:
            index_passages(catalog, manifest)
        return Built(manifest, committed, plan, _over_budget(config, read))


@contextmanager
def _runner(how: How) -> Iterator[How]:
    """Keeps what another Beam runner needs running for all stages of a build."""
    if not how.flags:
        yield how
        return
    quiet_beam()
    from pipelines.serving import job_server

    with job_server(how.flags) as flags:
        yield replace(how, flags=tuple(flags))


def _planned(catalog: Catalog, previous: Manifest | None) -> list[WorkUnit]:
    """Returns the units of the last plan, whether or not its build came to an end."""
    if catalog.storage.exists(_PLANNED):
        path = json.loads(catalog.storage.read(_PLANNED))
        if catalog.storage.exists(path):
            return catalog.read_plan(path)
    return catalog.plan(previous) if previous else []


def warehouse_of(config: Config, sample: float) -> str:
    """Returns where a build goes: a sample must not become the corpus."""
    return config.warehouse if sample >= 1 else f"{config.warehouse.rstrip('/')}-sample"


def _chain(
    config: Config, location: str, generation: int, sample: float, benchmarks: PartInfo | None
) -> Chain:
    names = [source.name for source in config.sources]
    specs = {name: replace(with_items(config.ingest_spec(name), benchmarks), sample=sample) for name in names}
    recipes = {name: make_recipe(spec, generation) for name, spec in specs.items()}
    return Chain(location, specs, recipes, installed())


def _deduplicate(
    storage: Storage, config: Config, read: Sequence[Receipt], signed: Sequence[Receipt], how: How
) -> Deduplicated | None:
    signs = {receipt.unit: receipt for receipt in signed}
    pairs = [(receipt, signs[receipt.unit]) for receipt in read if receipt.unit in signs]
    if not pairs:
        return None
    rows = config.source_rows()
    return deduplicate(storage, config.dedup, rows, pairs, flags=how.flags, threads=max(how.workers, 1))


def _index(
    catalog: Catalog, config: Config, previous: Manifest | None, read: Sequence[Receipt], how: How
) -> Indexed | None:
    """Indexes what is new, if the configuration says so; what is indexed already stays so in any case."""
    state = previous.index if previous else None
    if previous is None or state is None:
        before, spec = None, config.index
    else:
        before = (state, catalog.parts(previous))
        spec = config.index if config.index.enabled else IndexSpec(False, state.ngram, state.min_words)
    documents = [part for receipt in read for part in receipt.parts if part.table == "documents"]
    if not documents or not (spec.enabled or before):
        return None
    return index_documents(catalog.storage, spec, documents, before, how)


def _manifest(
    catalog: Catalog,
    config: Config,
    chain: Chain,
    plan: Plan,
    read: Sequence[Receipt],
    signed: Sequence[Receipt],
    found: Deduplicated | None,
    indexed: Indexed | None,
    benchmarks: PartInfo | None,
    kept: Sequence[PartInfo],
) -> Manifest:
    parts = [part for receipt in [*read, *signed] for part in receipt.parts]
    parts += _units_part(catalog.storage, read)
    parts += [benchmarks] if benchmarks else []
    parts += found.parts if found else ()
    parts += indexed.parts if indexed else ()
    parts += kept
    totals = Counter[str]()
    for receipt in read:
        totals.update({"files": receipt.files, "bytes": receipt.bytes, "read": receipt.read})
        totals.update(receipt.rows)
    totals["duplicates"] = found.duplicates if found else 0
    totals["contained"] = found.contained if found else 0
    totals["crowded_buckets"] = found.crowded if found else 0
    totals["verified_texts"] = found.verified if found else 0
    return Manifest(
        number=0,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        corpus=config.name,
        generation=next(iter(chain.recipes.values())).generation,
        sources=config.source_rows(),
        specs={name: asdict(spec.source) for name, spec in chain.specs.items()},
        recipes=_recipes(chain, found) | _index_recipe(indexed),
        dedup=found.digest if found else None,
        index=indexed.state if indexed else None,
        parts=catalog.write_parts(parts),
        sample=next(iter(chain.specs.values())).sample,
        plan=catalog.write_plan(plan.units),
        totals=dict(sorted(totals.items())),
    )


def _recipes(chain: Chain, found: Deduplicated | None) -> dict[str, object]:
    """Returns digest -> what it stands for; sources with the same recipe share it."""
    stated: dict[str, object] = {found.digest: dict(found.recipe)} if found else {}
    for name, spec in chain.specs.items():
        recipe: Recipe = chain.recipes[name]
        stated[recipe.ingest] = ingest_stage(spec)
        if recipe.sign is not None:
            stated[recipe.sign] = sign_stage(spec)
    return stated


def _index_recipe(indexed: Indexed | None) -> dict[str, object]:
    if indexed is None:
        return {}
    state = indexed.state
    return {state.recipe: index_stage(IndexSpec(True, state.ngram, state.min_words))}


def _units_part(storage: Storage, read: Sequence[Receipt]) -> list[PartInfo]:
    ordered = sorted(read, key=lambda receipt: receipt.unit)
    rows = {
        "unit": [receipt.unit for receipt in ordered],
        "source": [receipt.source for receipt in ordered],
        "files": [receipt.files for receipt in ordered],
        "bytes": [receipt.bytes for receipt in ordered],
        "records_read": [receipt.read for receipt in ordered],
        "recipe": [receipt.recipe for receipt in ordered],
    }
    # With another schema the same rows are other bytes, and a published part is never changed.
    recipe = recipe_digest({"units": [[r.unit, r.digest] for r in ordered], "schema": SCHEMA_VERSION})
    parts = UnitParts(storage, "units", {"units": part_digest("", recipe)}, recipe)
    parts.write("units", pa.Table.from_pydict(rows, TABLES["units"]))
    return parts.publish()


def _content(manifest: Manifest) -> str:
    """Returns what of a manifest makes a snapshot another one: not its number, parent and date."""
    return manifest.model_copy(update={"number": 0, "parent": None, "created_at": ""}).model_dump_json()


def _over_budget(config: Config, read: Sequence[Receipt]) -> dict[str, tuple[int, int]]:
    dead, total = Counter[str](), Counter[str]()
    for receipt in read:
        dead[receipt.source] += receipt.rows.get("dead_letters", 0)
        total[receipt.source] += receipt.read
    limits = {source.name: source.max_dead_fraction for source in config.sources}
    return {
        name: (dead[name], total[name]) for name, limit in limits.items() if dead[name] > limit * total[name]
    }
