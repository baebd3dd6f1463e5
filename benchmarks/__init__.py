"""Benchmarks of the schema and of the tool; each is a command: python -m benchmarks.NAME."""
