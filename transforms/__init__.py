"""What happens to a document: pure functions; no Beam, no DuckDB, no files."""
