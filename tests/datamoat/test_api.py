"""The public Python API: every name is there, and asking never loads Beam."""

import subprocess
import sys

import pytest

import datamoat


@pytest.mark.parametrize("name", [name for name in datamoat.__all__ if name != "__version__"])
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(datamoat, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = datamoat.nothing


def test_asking_loads_no_beam() -> None:
    code = (
        "import sys, datamoat\n"
        "datamoat.connect, datamoat.show, datamoat.verify, datamoat.build, datamoat.load_config\n"
        "sys.exit('apache_beam' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
