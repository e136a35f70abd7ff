"""Rules of quality in a whole build: where each record ends, and that SQL tells what another limit does."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.build import build
from pipelines.config import load_config
from schemas.specs import Limit
from tests.pipelines.corpora import HERE, prose
from transforms.quality import PRESETS
from transforms.quality.documents import beyond
from warehouse.catalog import open_catalog, snapshot
from warehouse.connect import connect, view_query
from warehouse.sample import read_sample
from warehouse.verify import verify

SOURCES = """
[[source]]
name = "notes"
contributor = "Acme"
license = "MIT"
paths = ["notes/*.txt"]

[[source]]
name = "code"
contributor = "Bolt"
license = "MIT"
paths = ["code/*.txt"]
"""


def make(folder: Path, name: str, quality: str, code: str = "") -> Path:
    """Builds a corpus of short and long texts; returns the warehouse."""
    for source in ("notes", "code"):
        (folder / source).mkdir(exist_ok=True)
        for size in range(0, 120, 6):
            text = f"The end of it is to be. {prose(f'{source}{size}', size)}"
            (folder / source / f"{size:03}.txt").write_text(text)
    (folder / "notes" / "again.txt").write_text("The same is said and said of it.\n" * 40)
    config = folder / f"{name}.toml"
    head = f'[corpus]\nname = "{name}"\nwarehouse = "{name}"\n'
    config.write_text(head + quality + SOURCES + code)
    build(load_config(config), HERE)
    return folder / name


def rows(warehouse: Path, sql: str) -> list[tuple[object, ...]]:
    catalog = open_catalog(str(warehouse))
    with connect(catalog, snapshot(catalog, None)) as con:
        found: list[tuple[object, ...]] = con.execute(sql).fetchall()
    return found


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    return make(folder, "strict", '[quality]\npreset = "gopher"\n', 'quality = {preset = "none"}\n')


def test_every_record_is_measured_and_refused_once(strict: Path) -> None:
    assert rows(strict, "SELECT count(*), count(*) FILTER (kept) FROM signals") == [
        (41, *rows(strict, "SELECT count(*) FROM documents")[0])
    ]
    refused = rows(strict, "SELECT stage, rule, count(*) FROM rejections GROUP BY ALL ORDER BY ALL")
    assert [row[:2] for row in refused] == [("quality", "duplicate_lines"), ("quality", "words")]
    assert rows(strict, "SELECT DISTINCT source FROM rejections") == [("notes",)]
    ((value, limit, also),) = rows(
        strict, "SELECT value, \"limit\", also FROM rejections WHERE rule = 'duplicate_lines'"
    )
    assert (value, limit) == (39 / 40, 0.3)
    assert {"duplicate_line_chars", "duplicate_10gram_chars"} <= set(also)  # type: ignore[call-overload]
    catalog = open_catalog(str(strict))
    assert verify(catalog, snapshot(catalog, None)).ok


def test_another_limit_in_sql_keeps_what_a_build_with_it_keeps(strict: Path) -> None:
    for least, most in ((30, 100_000), (70, 90), (0, 60)):
        other = make(
            strict.parent,
            f"words-{least}",
            f'[quality]\npreset = "gopher"\n[quality.rules]\nwords = [{least}, {most}]\n',
            'quality = {preset = "none", rules = {words = false}}\n',
        )
        built = rows(other, "SELECT doc_id FROM documents WHERE source = 'notes' ORDER BY 1")
        asked = rows(
            strict,
            f"""
            SELECT doc_id FROM signals LEFT JOIN rejections USING (doc_id) LEFT JOIN documents USING (doc_id)
            WHERE coalesce(rejections.source, documents.source) = 'notes'
                AND (rejections.rule IS NULL OR (rejections.rule = 'words' AND len(also) = 0))
                AND q_words BETWEEN {least} AND {most}
            ORDER BY 1
            """,
        )
        assert 0 < len(built) < 20
        assert built == asked


def test_the_view_of_the_rules_has_the_published_limits(strict: Path) -> None:
    names = [f"q_{rule}" for rule in dict.fromkeys(rule for preset in PRESETS.values() for rule in preset)]
    values = rows(strict, f"SELECT {', '.join(names)} FROM signals")
    columns = {name: np.array([row[place] for row in values], np.float64) for place, name in enumerate(names)}
    shown = {row[:2]: row[2:] for row in rows(strict, "FROM rules")}
    for preset, rules in PRESETS.items():
        if preset == "none":
            continue
        refused = {rule: beyond(Limit(rule, *limits), columns[f"q_{rule}"]) for rule, limits in rules.items()}
        together = np.sum(list(refused.values()), axis=0)
        assert shown[preset, None] == (np.sum(together > 0), np.sum(together == 1), len(values))
        for rule, where in refused.items():
            assert shown[preset, rule] == (where.sum(), (where & (together == 1)).sum(), len(values)), rule


def test_what_a_rule_refused_is_shown(strict: Path) -> None:
    catalog = open_catalog(str(strict))
    sample = read_sample(catalog, snapshot(catalog, None), rule="words", count=3)
    assert len(sample.rows) == 3
    assert all("(limit 50.0)" in (row.why or "") for row in sample.rows)


def test_the_query_states_the_limits_of_the_presets() -> None:
    query = view_query("rules")
    for preset, rules in PRESETS.items():
        for rule, (low, high, refused) in rules.items():
            beyond_low = None if low is None else f"q_{rule} {'<=' if refused else '<'} {low:g}"
            beyond_high = None if high is None else f"q_{rule} {'>=' if refused else '>'} {high:.6g}"
            wanted = " OR ".join(filter(None, (beyond_low, beyond_high)))
            assert f"'{preset}', 'rule': '{rule}', 'refuses': {wanted}}}" in query
