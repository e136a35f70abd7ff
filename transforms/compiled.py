"""Compiled loops of the steps, where the installation could build them.

``quality/lines.c``, ``repetition.c``, ``wording.c`` count what NumPy counts in the modules of these names, in
a tenth of the time; ``language/fasttext.c`` does what the library of that name does, ``clean/gate.c`` what a
regular expression does, ``pii/plain.c`` what NumPy does. Results are the same.
As with ``transforms.kernel``: without a compiler, or with ``DATAMOAT_KERNEL=numpy`` in the environment, the
others compute.
"""

import os
from functools import cache
from importlib import import_module
from typing import Any


@cache
def loops(name: str) -> Any:
    """Returns a compiled module, or None where it is not there or not wanted.

    Args:
        name: Folder and name of the C file: "quality.lines". The module has an underscore before its name.
    """
    if os.environ.get("DATAMOAT_KERNEL") == "numpy":
        return None
    folder, _, file = name.rpartition(".")
    try:
        return import_module(f"transforms.{folder}._{file}")
    except ImportError:
        return None
