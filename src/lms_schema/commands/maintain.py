"""`lms-schema maintain`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, json_option, schemas_option, time_option
from lms_schema.commands.output import count, say, say_error
from lms_schema.commands.schemas import chosen, report


@click.command()
@database_option
@schemas_option
@click.option(
    "--keep-interactions",
    metavar="INTERVAL",
    help="Drop events that are older, by whole months: an interval of PostgreSQL, like "
    "'24 months', of at least 30 days. Counts and learning times stay. Default: what the table "
    "retention_policies says, and without a policy keep all.",
)
@time_option(
    "--lock-timeout",
    "500ms",
    "How long a statement waits for a lock before its transaction is tried again. Shorter "
    "than PostgreSQL's deadlock_timeout, nobody else is cancelled for a deadlock with it.",
)
@time_option(
    "--wait",
    "60s",
    "How long to keep trying, for each transaction.",
)
@json_option
def maintain(
    conninfo: str,
    schemas: tuple[str, ...],
    schemas_from: str | None,
    jobs: int,
    keep_interactions: str | None,
    lock_timeout: float,
    wait: float,
    as_json: bool,
) -> None:
    """Do what a schema needs regularly: for cron, a systemd timer or a person.

    Recalculates the metrics of each course, drops what is past its retention when asked to or told
    so by a policy, makes the months of events and of the audit log a year ahead, seals the audit
    log, and refreshes the analytics, all in short transactions. It may run twice at once: the
    second one does nothing and says so. A step that fails does not keep the others from being
    done. Of several schemas each is maintained, whatever becomes of the others; it ends with the
    first of 1 and 6 that occurred.
    """
    report(
        chosen(conninfo, schemas, schemas_from, jobs),
        lambda schema, on_event: lms_schema.maintain(
            conninfo,
            schema=schema,
            keep_interactions=keep_interactions,
            lock_timeout=lock_timeout,
            wait=wait,
            on_event=on_event,
        ),
        _show,
        as_json=as_json,
    )


_COUNTED = {
    "partitions": "partition",
    "metrics": "row",
    "retention": "partition",
    "seals": "row",
    "analytics": "row",
}


def _show(result: lms_schema.MaintainResult) -> None:
    where = f"Schema {result.schema} of database {result.database}"
    if result.elsewhere:
        say(f"{where}: {result.elsewhere} is maintaining it; nothing to do.")
        return
    say(where)
    for step in result.steps:
        done = "another refresh is at work" if step.outcome == "elsewhere" else _done(step)
        say(f"{step.step:<10} {step.outcome:<10} {done} ({step.seconds:.1f} s)")
        for partition in step.dropped:
            say(f"  {partition.name}: {count(partition.interactions, 'interaction')}")
        if step.error:
            say_error(step.error)


def _done(step: lms_schema.MaintainStep) -> str:
    verb = {"partitions": "made", "retention": "dropped", "seals": "sealed"}.get(
        step.step, "changed"
    )
    return f"{count(step.count, _COUNTED[step.step])} {verb}"
