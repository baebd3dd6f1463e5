"""Connections and servers."""
