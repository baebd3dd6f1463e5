"""What the benchmarks share: data, server, harness, records."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
