"""What looks like a fault and is none, and faults that look like none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lms_schema import rules
from lms_schema.events import Event
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.rules.folder import one_number
from lms_schema.source import package as packages

NOTES = (
    "CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n"
    "COMMENT ON TABLE notes IS 'Notes.';\n"
    "COMMENT ON COLUMN notes.id IS 'Number.';\n"
    "COMMENT ON COLUMN notes.body IS 'Text.';\n"
)
PAGES = (
    "CREATE TABLE pages (\n"
    "    id bigint PRIMARY KEY,\n"
    "    note_id bigint,\n"
    "    CONSTRAINT pages_note_id_fkey FOREIGN KEY (note_id) REFERENCES notes (id)\n"
    ");\n"
    "COMMENT ON TABLE pages IS 'Pages.';\n"
    "COMMENT ON COLUMN pages.id IS 'Number.';\n"
    "COMMENT ON COLUMN pages.note_id IS 'Note.';\n"
)

Rules = Callable[[Mapping[str, str]], list[str]]


@pytest.fixture
def broken(tmp_path: Path, server: str) -> Rules:
    """Return the rules that files break, on top of two tables."""

    def check(files: Mapping[str, str]) -> list[str]:
        base = {"tables/010_notes.sql": NOTES, "tables/020_pages.sql": PAGES}
        for path, text in {**base, **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        scopes: list[rules.Scope] = ["file", "folder", "install", "catalog"]
        result = examine(subject(tmp_path), server, scopes=scopes)
        return [finding.rule for finding in result.findings]

    return check


def index(columns: str) -> dict[str, str]:
    text = f"CREATE INDEX pages_note_idx ON pages {columns};\n"
    return {"indexes/pages_note_idx.sql": f"{text}COMMENT ON INDEX pages_note_idx IS 'Pages.';\n"}


SOUND = {
    # the key's column first, another after it
    **index("(note_id, id)"),
    # the columns of another index, for other operators
    "indexes/notes_id_hash.sql": "CREATE INDEX notes_id_hash ON notes USING hash (id);\n"
    "COMMENT ON INDEX notes_id_hash IS 'By hash.';\n",
    "tables/030_action.sql": "ALTER TABLE pages DROP CONSTRAINT pages_note_id_fkey,\n"
    "    ADD CONSTRAINT pages_note_id_fkey FOREIGN KEY (note_id) REFERENCES notes (id)\n"
    "    ON DELETE CASCADE;\n",
    "tables/040_local.sql": "SET LOCAL statement_timeout = 0;\n"
    "-- public.notes would be wrong, and so would be VALIDATE CONSTRAINT\n"
    "ALTER TABLE notes ADD CONSTRAINT notes_body_check CHECK (body <> 'public.notes COMMIT');\n",
    # VOLATILE functions write: PARALLEL UNSAFE is right, and a sequence is theirs to use
    "functions/next_id.sql": "CREATE OR REPLACE FUNCTION next_id() RETURNS bigint\n"
    "LANGUAGE plpgsql SET search_path FROM CURRENT\n"
    "AS $$ BEGIN RETURN nextval('numbers'); END $$;\n"
    "REVOKE EXECUTE ON FUNCTION next_id FROM public;\n"
    "COMMENT ON FUNCTION next_id() IS 'Next.';\n",
    "views/counted.sql": "CREATE MATERIALIZED VIEW counted AS\n"
    "SELECT note_id, count(*) AS n FROM pages GROUP BY note_id;\n"
    "CREATE UNIQUE INDEX counted_note_id_idx ON counted (note_id);\n"
    "COMMENT ON INDEX counted_note_id_idx IS 'Needed by the refresh.';\n"
    "COMMENT ON MATERIALIZED VIEW counted IS 'Pages.';\n"
    "COMMENT ON COLUMN counted.note_id IS 'Note.';\n"
    "COMMENT ON COLUMN counted.n IS 'How many.';\n"
    "REFRESH MATERIALIZED VIEW CONCURRENTLY counted;\n",
}


def test_what_only_looks_like_a_fault_is_none(broken: Rules) -> None:
    assert broken(SOUND) == []


def test_an_index_that_leaves_out_null_alone_serves_a_foreign_key(broken: Rules) -> None:
    assert broken(index("(note_id) WHERE note_id IS NOT NULL")) == []


def test_an_index_serves_a_foreign_key_by_what_is_a_key_of_the_other_table(broken: Rules) -> None:
    versions = (
        "ALTER TABLE notes ADD COLUMN version bigint,\n"
        "    ADD CONSTRAINT notes_id_version_key UNIQUE (id, version);\n"
        "ALTER TABLE pages ADD COLUMN version bigint,\n"
        "    ADD CONSTRAINT pages_note_id_version_fkey FOREIGN KEY (note_id, version)\n"
        "    REFERENCES notes (id, version);\n"
        "COMMENT ON COLUMN notes.version IS 'Version.';\n"
        "COMMENT ON COLUMN pages.version IS 'Version of the note.';\n"
    )
    assert broken({**index("(note_id)"), "tables/030_versions.sql": versions}) == []
    assert broken({**index("(note_id, id)"), "tables/030_versions.sql": versions}) == []


@pytest.mark.parametrize(
    "columns", ["(note_id) WHERE note_id > 0", "(id, note_id)", "((note_id + 0))"]
)
def test_an_index_that_cannot_serve_a_foreign_key_does_not_count(
    broken: Rules, columns: str
) -> None:
    assert broken(index(columns)) == ["foreign-key-index"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("types/010_a.sql", "CREATE TYPE planted AS (i integer);\n"),
        ("types/010_a.sql", "CREATE DOMAIN planted AS integer;\n"),
        (
            "triggers/notes.sql",
            "CREATE OR REPLACE TRIGGER planted BEFORE UPDATE ON notes\n"
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();\n",
        ),
    ],
    ids=["composite type", "domain", "trigger"],
)
def test_each_kind_of_object_needs_a_comment(broken: Rules, path: str, text: str) -> None:
    assert broken({**index("(note_id)"), path: text}) == ["object-comment"]


def test_a_keyword_on_the_next_line_is_found(broken: Rules) -> None:
    files = {**index("(note_id)"), "tables/030_empty.sql": "TRUNCATE notes, pages\nCASCADE;\n"}
    assert broken(files) == ["drop-cascade"]


def test_a_schema_in_a_function_body_is_found(broken: Rules) -> None:
    body = "CREATE OR REPLACE FUNCTION n() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE\n"
    body += "SET search_path FROM CURRENT\nAS $$ SELECT count(*) FROM public.notes $$;\n"
    body += "REVOKE EXECUTE ON FUNCTION n FROM public;\nCOMMENT ON FUNCTION n() IS 'Count.';\n"
    assert "hard-coded-schema" in broken({**index("(note_id)"), "functions/n.sql": body})


def test_of_two_files_with_one_number_the_new_one_is_found_wherever_its_name_stands(
    tmp_path: Path,
) -> None:
    root = tmp_path / "shop"
    for path in ("shop.released/1.0.0/tables/010_orders.sql", "shop/tables/010_orders.sql"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(NOTES)
    (root / "tables/010_baskets.sql").write_text(PAGES)
    (root / "tables/020_pages.sql").write_text(PAGES)
    (folder,) = [item for item in subject(packages.shipped_folder(), [root]) if item.judged]
    assert [problem.path.name for problem in one_number.find(folder)] == ["010_baskets.sql"]


def test_each_rule_is_told_as_it_begins(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "010_notes.sql").write_text(NOTES)
    told: list[Event] = []
    examine(subject(tmp_path), "", scopes=["file", "folder"], on_event=told.append)
    expected = [f"rule {name}" for scope in ("file", "folder") for name in rules.SCOPES[scope]]
    assert [(event.kind, event.text) for event in told] == [("begin", text) for text in expected]
