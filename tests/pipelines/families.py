"""Sources of edited and exact copies, spread over several owners, and how tests build them."""

import json
import random
from pathlib import Path

from pipelines.build import Built, build
from pipelines.config import load_config
from pipelines.stages import How
from warehouse.catalog import open_catalog, snapshot
from warehouse.digests import table_digests

HERE = How(workers=0, quiet=True)

SOURCES = {
    "old": "priority = 1\n",
    "new": "",
    "best": "priority = 5\n",  # its copies push out survivors of the first build
    "crawl": "reference = true\n",
}
"""Source -> what its configuration says."""


def write_files(folder: Path, seed: int) -> None:
    """Writes four sources: families of edited copies and exact ones, spread over all of them."""
    chance = random.Random(seed)
    families = [[f"w{chance.randrange(4000)}" for _ in range(chance.randrange(20, 160))] for _ in range(12)]
    for name in SOURCES:
        lines = []
        for number in range(30):
            words = list(chance.choice(families))
            for _ in range(chance.choice([0, 0, 1, 2, 4, 8, 16])):
                place = chance.randrange(len(words))
                words[place : place + chance.randrange(3)] = [f"w{chance.randrange(4000)}"]
            lines.append(json.dumps({"text": " ".join(words), "id": f"{name}{number}"}))
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def build_with(folder: Path, warehouse: str, *names: str, how: How = HERE) -> Built:
    lines = [f'[corpus]\nname = "runs"\nwarehouse = "{warehouse}"\n[language]\nenabled = false\n']
    for name in names:
        lines.append(
            f'[[source]]\nname = "{name}"\ncontributor = "{name}"\nlicense = "CC0-1.0"\n'
            f'paths = ["{name}.jsonl"]\n{SOURCES[name]}'
        )
    path = folder / f"{warehouse}.toml"
    path.write_text("\n".join(lines))
    return build(load_config(path), how)


def tables(folder: Path, warehouse: str) -> dict[str, str]:
    catalog = open_catalog(str(folder / warehouse))
    return table_digests(catalog, snapshot(catalog, None))
