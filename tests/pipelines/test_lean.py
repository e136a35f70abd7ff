"""Beam without clients of databases: it runs, says nothing, and they can still be imported afterwards."""

import subprocess
import sys

CODE = """
import sys
from pipelines.lean import import_lean_beam
from pipelines.logs import quiet_beam
quiet_beam()
import_lean_beam()
assert "pymongo" not in sys.modules and "apache_beam.io.gcp.bigquery" not in sys.modules
import pymongo
import apache_beam as beam
from pipelines.jobs import IN_MEMORY
from apache_beam.options.pipeline_options import PipelineOptions
with beam.Pipeline(options=PipelineOptions(list(IN_MEMORY))) as pipeline:
    pipeline | beam.Create([1, 2]) | beam.Map(print)
"""


def test_lean_beam_runs_and_says_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["1", "2"]
    assert done.stderr == ""
