"""The configuration of a corpus: ``corpus.toml``, checked whole before anything runs."""

from pipelines.config.load import json_schema, load_config
from pipelines.config.resolved import Config

__all__ = ["Config", "json_schema", "load_config"]
