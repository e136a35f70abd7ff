"""The optional C modules; all else stands in pyproject.toml, whose way of saying this is not settled yet."""

from setuptools import Extension, setup

_MODULES = {
    "transforms._kernel": ["transforms/kernel.c", "transforms/kernel_words.c"],
    "transforms.clean._gate": ["transforms/clean/gate.c"],
    "transforms.language._fasttext": ["transforms/language/fasttext.c"],
    "transforms.pii._plain": ["transforms/pii/plain.c"],
    "transforms.quality._lines": ["transforms/quality/lines.c"],
    "transforms.quality._repetition": ["transforms/quality/repetition.c"],
    "transforms.quality._wording": ["transforms/quality/wording.c"],
}

_HEADERS = ["transforms/kernel.h"]

# No sum and product rounded as one, so that a processor that could do so has the same results.
_ARGUMENTS = ["-O3", "-ffp-contract=off"]

# Built where there is a C compiler; without it NumPy computes the same, slower.
setup(
    ext_modules=[
        Extension(name, sources, depends=_HEADERS, extra_compile_args=_ARGUMENTS, optional=True)
        for name, sources in _MODULES.items()
    ]
)
