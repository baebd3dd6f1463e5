"""Rules of other tools."""
