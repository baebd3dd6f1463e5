"""The data dictionary and the diagram."""
