"""Trace: from an answer back to the documents, contributors and licences that its words stand in."""

from warehouse.trace.trace import Tracer as Tracer
from warehouse.trace.trace import open_trace as open_trace
