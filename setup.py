"""The optional C module; all else stands in pyproject.toml, whose way of saying this is not settled yet."""

from setuptools import Extension, setup

# Built where there is a C compiler; without it NumPy computes the same, slower.
setup(
    ext_modules=[
        Extension(
            "transforms._kernel",
            ["transforms/kernel.c", "transforms/kernel_words.c"],
            depends=["transforms/kernel.h"],
            extra_compile_args=["-O3"],
            optional=True,
        )
    ]
)
