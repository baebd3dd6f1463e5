"""The page that text is printed to."""

import shutil

_ROOM = 100


def room() -> int:
    """Return how many columns it has: what COLUMNS says, or those of the terminal, else 100."""
    return shutil.get_terminal_size((_ROOM, 0)).columns
