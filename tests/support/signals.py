"""What a process that a test starts does when a signal comes."""

from __future__ import annotations

import signal


def heed() -> None:
    """End by it, as a `preexec_fn` makes sure of.

    A shell has its background jobs, perhaps these tests, ignore SIGINT; nohup, SIGHUP.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
