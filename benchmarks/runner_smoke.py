"""The same corpus built by local processes and on another Beam runner: are all tables the same, row by row?

    python benchmarks/runner_smoke.py --data DIR [--share 0.1] [-- BEAM FLAGS]

``DIR/bulk`` holds the archives of ``examples/handbooks/corpus.toml``; of its sources, those are built
whose bytes come nearest to the share. Without flags the runner is Flink's embedded cluster. Prints time
and memory of both builds, and for every table its rows; ends with 1 if any table differs.
"""

import argparse
import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.build import archive_size, choose, to_toml
from benchmarks.resources import measure
from schemas.tables import TABLES
from warehouse.catalog import Catalog
from warehouse.digests import table_digests
from warehouse.storage import open_storage

_ROOT = Path(__file__).resolve().parents[1]
_FLINK = ["--runner=FlinkRunner", "--flink_master=[local]", "--environment_type=LOOPBACK"]


def main() -> int:
    """Runs the command line."""
    own, flags = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder that holds bulk/")
    parser.add_argument("--share", type=float, default=0.1, help="of the set, by bytes")
    options = parser.parse_args(own)
    data = str(options.data.resolve() / "bulk")
    with tempfile.TemporaryDirectory() as scratch:
        tables = _sources(data, options.share)
        local = _build(Path(scratch), "local", tables, data, ["--workers", "2"])
        other = _build(Path(scratch), "other", tables, data, ["--", *(flags or _FLINK)])
    for table in TABLES:
        same = local[table] == other[table]
        print(
            f"{table:<16}{local[table][0]:>9,} rows  {'same' if same else f'OTHER: {other[table][0]:,} rows'}"
        )
    return int(local != other)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    cut = arguments.index("--")
    return arguments[:cut], arguments[cut + 1 :]


def _sources(data: str, share: float) -> dict[str, Any]:
    text = (_ROOT / "examples" / "handbooks" / "corpus.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    sizes = {
        source["name"]: archive_size([path.replace("${DATA}", data) for path in source["paths"]])
        for source in tables["source"]
    }
    chosen = choose(sizes, share)
    files = sum(sizes[name].files for name in chosen)
    size = sum(sizes[name].bytes for name in chosen)
    print(f"{', '.join(chosen)}: {files:,} files, {size / 1e6:,.1f} MB")
    return {**tables, "source": [source for source in tables["source"] if source["name"] in chosen]}


def _build(
    scratch: Path, name: str, tables: dict[str, Any], data: str, arguments: list[str]
) -> dict[str, tuple[int, str]]:
    config, warehouse = scratch / f"{name}.toml", scratch / name
    corpus = {**tables["corpus"], "warehouse": str(warehouse)}
    config.write_text(to_toml({**tables, "corpus": corpus}), encoding="utf-8")
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "datamoat", "build", str(config), *arguments]
    cost = measure(command, {"DATA": data, "PYTHONPATH": paths})
    print(
        f"{name}: {' '.join(arguments)}: {cost.wall_s:,.1f} s, {cost.cpu_s:,.1f} CPU s, "
        f"{cost.peak_pss_mb:,.0f} MB, exit code {cost.exit_code}",
        flush=True,
    )
    if cost.exit_code not in (0, 1):
        raise RuntimeError(f"the {name} build ended with exit code {cost.exit_code}")
    catalog = Catalog(open_storage(str(warehouse)))
    manifest = catalog.current()
    if manifest is None:
        raise RuntimeError(f"the {name} build committed nothing")
    rows = dict.fromkeys(TABLES, 0)
    for part in catalog.parts(manifest):
        rows[part.table] += part.rows
    digests = table_digests(catalog, manifest)
    return {table: (rows[table], digests[table]) for table in TABLES}


if __name__ == "__main__":
    sys.exit(main())
