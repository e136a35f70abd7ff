"""Readers: one file a format; each turns a stream into records, and a record into text."""
