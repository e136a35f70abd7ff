"""The compiled inner loops of words, shingles and signatures, where the installation could build them.

``kernel.c`` and ``kernel_words.c`` compute what ``splitting``, ``measures``, ``shingling``, ``signatures``
and ``judging`` compute in NumPy, value by value the same, in a third of the time. They are built with the
package if there is a C compiler. Without it, or with ``DATAMOAT_KERNEL=numpy`` in the environment, NumPy
computes; tests hold one against the other.
"""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MOST_SHINGLES: Final = 5
"""Room for shingles that a word needs."""

# Of each function, its arguments: an object, a pointer or a number.
_ARGUMENTS: Final = {
    "words": "oipppppppp",
    "weigh": "opp",
    "shingles": "pppppiipppp",
    "shared": "pppppip",
    "sign": "ppippipp",
    "sketch": "oipppppppippppipppppp",
}
_KINDS: Final[dict[str, Any]] = {"o": ctypes.py_object, "p": ctypes.c_void_p, "i": ctypes.c_int64}


@cache
def _functions() -> dict[str, Callable[..., int]]:
    found = find_spec("transforms._kernel")
    if found is None or found.origin is None or os.environ.get("DATAMOAT_KERNEL") == "numpy":
        return {}
    library = ctypes.PyDLL(found.origin)  # which keeps the lock, as objects are read
    made: dict[str, Callable[..., int]] = {}
    for name, kinds in _ARGUMENTS.items():
        function = library[f"datamoat_{name}"]
        function.argtypes = [_KINDS[kind] for kind in kinds]
        function.restype = ctypes.c_int64
        made[name] = function
    return made


def compiled() -> bool:
    """Tells whether the compiled loops compute."""
    return bool(_functions())


def call(name: str, *arguments: NDArray[Any] | list[str] | int) -> int:
    """Calls a function of ``kernel.c`` or ``kernel_words.c``; its comment there says what it takes.

    Args:
        name: Without ``datamoat_``.
        arguments: Arrays of the types that it is written for, numbers, and a list of strings.

    Raises:
        ValueError: If an array has gaps, which a pointer cannot tell of.
    """
    for argument in arguments:
        if isinstance(argument, np.ndarray) and not argument.flags.c_contiguous:
            raise ValueError(f"{name} takes arrays without gaps")
    taken = [one.ctypes.data if isinstance(one, np.ndarray) else one for one in arguments]
    return _functions()[name](*taken)
