"""The optional C modules; all else stands in pyproject.toml, whose way of saying this is not settled yet."""

from setuptools import Extension, setup

_MODULES = {
    "transforms._kernel": "transforms/kernel.c",
    "transforms.quality._lines": "transforms/quality/lines.c",
    "transforms.quality._repetition": "transforms/quality/repetition.c",
    "transforms.quality._wording": "transforms/quality/wording.c",
}

# Built where there is a C compiler; without it NumPy computes the same, slower.
setup(
    ext_modules=[
        Extension(name, [source], extra_compile_args=["-O3"], optional=True)
        for name, source in _MODULES.items()
    ]
)
