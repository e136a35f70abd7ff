"""Virtual environments of the tools that are compared, made once from pinned versions."""

import hashlib
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

_CONSTRAINTS = Path(__file__).parent / "constraints"

REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    # spaCy is what its default tokenizer for English needs; the extras do not bring it.
    "datatrove": ("datatrove[processing,io]", "spacy"),
    "text-dedup": ("text-dedup",),
    "datasketch": ("datasketch", "numpy", "orjson", "xxhash"),
    "rensa": ("rensa", "orjson"),
    "detect-secrets": ("detect-secrets",),
}
"""Environment -> what is installed in it, in the versions of ``constraints/<environment>.txt``."""


def python_of(name: str, folder: Path) -> Path:
    """Returns the interpreter of an environment; makes it where it is missing or pinned otherwise.

    Args:
        name: Key of ``REQUIREMENTS``.
        folder: Holds the environments.

    Raises:
        subprocess.CalledProcessError: If something cannot be installed.
    """
    constraints = _CONSTRAINTS / f"{name}.txt"
    wanted = hashlib.sha256(constraints.read_bytes() + repr(REQUIREMENTS[name]).encode()).hexdigest()
    home = folder / name
    python = home / "bin" / "python"
    marker = home / "made-of"
    if not marker.exists() or marker.read_text() != wanted:
        print(f"making the environment of {name}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        # The pip that comes with Python 3.11 fails on some extras.
        subprocess.run([*install, "--upgrade", "pip"], check=True)
        subprocess.run([*install, "--constraint", constraints, *REQUIREMENTS[name]], check=True)
        marker.write_text(wanted)
    return python
