"""Writes the ``corpus.toml`` of the demo: one source per installed distribution."""

import glob
import json
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from pipelines.demo.distributions import Documentation, documentation

_HEAD = """\
# Made by `datamoat demo`: the documentation of the packages that are installed here.
# Each distribution is a source and a contributor; its licence is what its metadata states. Left out:
# lists that installers write for machines (top_level.txt, entry_points.txt, SOURCES.txt …) and test data.

[corpus]
name = "demo"
warehouse = "warehouse"

[language]
keep = ["en"]
"""


def demo_config(folder: Path, installed: Iterable[Distribution] | None = None) -> Path:
    """Writes ``corpus.toml`` for a corpus of the documentation of the installed packages.

    Args:
        folder: Where to write it; made if it is not there.
        installed: The distributions, by default those of the running environment.

    Returns:
        The file.
    """
    found = documentation(distributions() if installed is None else installed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "corpus.toml"
    path.write_text("\n".join([_HEAD, *map(_source, found)]), encoding="utf-8")
    return path


def _source(package: Documentation) -> str:
    why = f"  # {package.license.reason}" if package.license.reason else ""
    lines = [
        "[[source]]",
        f"name = {_text(package.source)}",
        f"contributor = {_text(package.contributor)}",
        f"license = {_text(package.license.expression)}{why}",
    ]
    if package.url:
        lines.append(f"url = {_text(package.url)}")
    lines.append(f"root = {_text(package.root)}")
    lines.append("paths = [")
    lines.extend(f"    {_text(glob.escape(path))}," for path in package.paths)
    lines.append("]")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    # Metadata that is not UTF-8 is read with lone surrogates, which no file can hold.
    value = value.encode("utf-8", "replace").decode()
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
