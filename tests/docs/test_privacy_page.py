"""docs/privacy.md, as printed: a request of access and one of erasure, in psql."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from lms_schema import maintain
from lms_schema.testing import Database
from support.access import make_world
from support.clusters import program
from support.rows import column, scalar

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text()
SQL = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ACCESS, ERASURE, HOLD, CONSENT, DISCLOSURE, SEALS = re.findall(
    r"^```psql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE
)
LEARNER = "6f1c2e0a-3d57-4a3b-9a55-0c1f1f6f7b21"


def test_the_sessions_of_the_page_answer_both_requests(
    lms_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"lms_role_{uuid.uuid4().hex[:8]}"
    login, *others = SQL
    with psycopg.connect(lms_database.conninfo, autocommit=True) as owner:
        owner.execute("SET search_path = lms, pg_temp")
        owner.execute(login.replace("campus_privacy", role).encode())
        try:
            ana = make_world(owner).ids["ana"]
            owner.execute("DELETE FROM legal_holds; DELETE FROM data_map_entries")
            owner.execute("DELETE FROM guardian_links")  # who decide in the place of the learner
            owner.execute("DELETE FROM retention_policies")
            for block in others:
                owner.execute(block.encode())
            owner.execute("INSERT INTO tutor_notes VALUES (%s, 'Likes tea')", (ana,))
            assert scalar(owner, "SELECT count(*) FROM unmapped_columns()") == 0
            conninfo = make_conninfo(lms_database.conninfo, user=role, password="change me")  # noqa: S106
            monkeypatch.chdir(tmp_path)
            begin = ACCESS.replace(LEARNER, str(ana))
            psql(conninfo, begin)
            answer: dict[str, Any] = json.loads(Path("answer.json").read_text())
            assert answer["learner_id"] == str(ana)
            assert answer["data"]["learners"][0]["email"] == "ana@example.com"
            assert answer["data"]["tutor_notes"] == [{"learner_id": str(ana), "note": "Likes tea"}]
            psql(conninfo, begin + CONSENT + DISCLOSURE)
            assert answer["data"].keys() >= {"consent_events", "disclosures"}
            owner.execute("SELECT seal_audit_log()")
            psql(lms_database.conninfo, SEALS)
            place, release = HOLD.splitlines()
            psql(conninfo, begin + place)
            with pytest.raises(AssertionError, match=r"is under legal hold (.|\n)*Case 12/2026"):
                psql(conninfo, begin + ERASURE)
            psql(conninfo, begin + release + "\n" + ERASURE)
            assert column(owner, "SELECT note FROM tutor_notes") == [""]
            assert column(owner, "SELECT email FROM learners WHERE email LIKE 'ana%%'") == []
            (step,) = [
                s
                for s in maintain(lms_database.conninfo, schema="lms").steps
                if s.step == "retention"
            ]
            assert step.outcome == "done"
        finally:
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def psql(conninfo: str, script: str) -> None:
    """Run lines of the page as a user types them, up to the first error."""
    Path("script.sql").write_text(script)
    program("psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", "script.sql")
