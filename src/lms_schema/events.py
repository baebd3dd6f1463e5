"""What a command tells while it runs, and what a migrate did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg.errors import Diagnostic


@dataclass(frozen=True)
class Event:
    """Something to tell while a command runs.

    Attributes:
        kind: `begin` (a piece of work, which `text` names), `step` (a part of it is done),
            `building`, `waiting`, `notice`, `warning`, `error`, the action that was done with a
            file, as in `Action`, or the step of a maintain that ended.
        text: A file, or a sentence.
        seconds: How long an action took.
        total: Of `begin`: how many steps or actions follow; None: not known.
    """

    kind: str
    text: str
    seconds: float | None = None
    total: int | None = None

    @classmethod
    def of_notice(cls, notice: Diagnostic) -> Event:
        """Return the event of a server's notice."""
        return cls("notice", f"{notice.severity}: {notice.message_primary}")

    def to_json(self, schema: str | None) -> dict[str, object]:
        """Return the event as a JSON-compatible mapping, format 1.

        Args:
            schema: The schema, where the command was given one.
        """
        return {
            "format": 1,
            "event": self.kind,
            "schema": schema,
            "text": self.text,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "total": self.total,
        }


OnEvent = Callable[[Event], None]


def unheard(_event: Event) -> None:
    """Take an event that nobody wants to hear of."""


def steps(on_event: OnEvent, what: str) -> OnEvent:
    """Return what to call with the events of a run on a disposable server: each file is a step.

    Nothing else of them is told: what such a server notices is not of the target.

    Args:
        on_event: Called with `begin` and the steps.
        what: What the run does there.
    """

    def tell(event: Event) -> None:
        if event.kind == "begin":
            on_event(Event("begin", what, total=event.total))
        elif event.seconds is not None:
            on_event(Event("step", event.text, event.seconds))

    return tell


@dataclass(frozen=True)
class Action:
    """What was done with a file, or is planned to be done.

    Attributes:
        file: Its id, like `tables/020_learners`.
        action: `apply` (new), `replace` (changed, in place), `rebuild` (its objects were dropped
            and made again), `repair` (its objects were missing or different), `run` (recurring,
            and it found something to do), `drop` (it is gone from the package, and so are its
            objects); in a plan also `build` (a materialized view, beside the one that is read; the
            `rebuild` after it gives it the name).
        seconds: How long it took, waiting included. Of files that had to be done in one
            transaction the one that began it has it all.
    """

    file: str
    action: str
    seconds: float = field(default=0.0, compare=False)
