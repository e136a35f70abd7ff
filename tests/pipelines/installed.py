"""Distributions for tests, as an installer leaves them."""

from importlib.metadata import PathDistribution
from pathlib import Path


def install(site: Path, name: str, fields: str = "", files: dict[str, str] | None = None) -> PathDistribution:
    """Writes a distribution as an installer leaves it, and returns it."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{fields}\n\nAbout {name}.\n"
    written = {f"{info.name}/METADATA": metadata} | {
        path.replace("INFO", info.name): text for path, text in (files or {}).items()
    }
    for path, text in written.items():
        place = site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in [*written, f"{info.name}/RECORD"]))
    return PathDistribution(info)
