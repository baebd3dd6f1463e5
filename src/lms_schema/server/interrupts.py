"""Signals that end the process: what is unfinished is undone first.

A handler of Python runs in the main thread only, between two of its instructions.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interrupted(KeyboardInterrupt):
    """The process was told to end.

    It is a KeyboardInterrupt, for which psycopg cancels the statement that runs.

    Attributes:
        exit_code: 128 and the number of the signal, as a shell has it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Ended by {signal.Signals(number).name}: what was unfinished is undone, what was "
            "finished stays."
        )
        self.exit_code = 128 + number

    def to_json(self) -> dict[str, object]:
        """Return the interruption as a JSON-compatible mapping, like an error."""
        return {"error": "Interrupted", "exit_code": self.exit_code, "message": str(self)}


interruption: Interrupted | None = None
"""What ends the process, whatever error its clean-up may meet."""


@contextmanager
def handled() -> Iterator[None]:
    """Raise `Interrupted` for the first signal, and end with its exit code whatever follows.

    Later signals do nothing, so that nothing interrupts the clean-up, and so do all afterwards:
    what is registered to be done at exit is clean-up, too. A signal that was ignored before, such
    as SIGHUP below nohup, stays ignored.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        global interruption
        if interruption is None:
            interruption = Interrupted(number)
            raise interruption

    for number in _heeded():
        signal.signal(number, interrupt)
    try:
        yield
    except BaseException:
        if interruption is not None:
            raise SystemExit(interruption.exit_code) from None
        raise
    finally:
        for number in _heeded():  # the interpreter, as it ends, gives up handlers of Python
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def deferred() -> Iterator[None]:
    """Let a signal that comes meanwhile wait until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _heeded()}
    for number in handlers:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def _heeded() -> list[int]:
    """Return the signals that are not ignored, and whose handler Python knows."""
    return [n for n in _NUMBERS if signal.getsignal(n) not in (signal.SIG_IGN, None)]
