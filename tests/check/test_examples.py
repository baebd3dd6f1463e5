"""Each rule fires on its own example, at the right line, and is silent on sound files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lms_schema import rules
from lms_schema.catalog.catalog import Catalog
from lms_schema.rules.checked_folder import subject
from lms_schema.rules.examination import examine
from lms_schema.rules.rehearsal import rehearsal
from lms_schema.rules.result import CheckResult
from lms_schema.source import package as packages

BASE = {
    "types/010_moods.sql": "CREATE TYPE mood AS ENUM ('eager');\n"
    "COMMENT ON TYPE mood IS 'How a learner feels: eager (wants more).';\n",
    "tables/010_notes.sql": "CREATE TABLE notes (id bigint PRIMARY KEY, body text, mood mood);\n"
    "COMMENT ON TABLE notes IS 'Notes.';\n"
    "COMMENT ON COLUMN notes.id IS 'Number.';\n"
    "COMMENT ON COLUMN notes.body IS 'Text.';\n"
    "COMMENT ON COLUMN notes.mood IS 'Mood of the writer.';\n",
    "functions/set_updated_at.sql": "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger\n"
    "LANGUAGE plpgsql SET search_path FROM CURRENT AS $$\nBEGIN\n    RETURN NEW;\nEND;\n$$;\n"
    "REVOKE EXECUTE ON FUNCTION set_updated_at FROM public;\n"
    "COMMENT ON FUNCTION set_updated_at() IS 'Nothing yet.';\n",
}

# Where each rule must find its example: file and line.
PLANTED = {
    "readable": ("tables/010_notes.sql", 1),
    "syntax": ("tables/010_notes.sql", 1),
    "directive": ("functions/f.sql", 2),
    "transaction-control": ("tables/010_notes.sql", 1),
    "psql-command": ("tables/010_notes.sql", 1),
    "copy-from-stdin": ("tables/010_notes.sql", 2),
    "index-file": ("indexes/notes_body_idx.sql", 1),
    "file-name": ("functions/get_one.sql", 1),
    "folder-content": ("tables/010_notes.sql", 2),
    "one-object": ("functions/f.sql", 4),
    "if-not-exists": ("tables/010_notes.sql", 1),
    "concurrently": ("tables/020_notes_body.sql", 1),
    "validate-apart": ("tables/020_notes_body.sql", 2),
    "enum-value-alone": ("types/020_more.sql", 1),
    "drop-cascade": ("tables/020_notes_body.sql", 1),
    "grant-place": ("functions/f.sql", 3),
    "session-state": ("tables/010_notes.sql", 1),
    "hard-coded-schema": ("views/note_bodies.sql", 1),
    "ignore-comment": ("tables/010_notes.sql", 2),
    "layout": ("tabels", 1),
    "one-number": ("tables/010_pages.sql", 1),
    "dependency": ("functions/f.sql", 1),
    "order-fresh": ("ORDER", 1),
    "measures-fresh": ("tables/315_learning_sessions_delta.sql", 1),
    "released-file": ("tables/010_notes.sql", 1),
    "sqlfluff": ("tables/010_notes.sql", 1),
    "squawk": ("tables/020_notes_body.sql", 1),
    "apply": ("tables/010_notes.sql", 1),
    "apply-again": ("partitions/notes.sql", 1),
    "replace-again": ("security/notes.sql", 2),
    "outside-schema": ("types/020_elsewhere.sql", 1),
    "catalog-fresh": ("tables/020_pages.sql", 1),
    "package-unchanged": ("functions/set_updated_at.sql", 1),
    "upgrade": ("tables/020_notes_body.sql", 1),
    "upgrade-ends-alike": ("tables/010_notes.sql", 1),
    "primary-key": ("tables/010_notes.sql", 1),
    "foreign-key-index": ("tables/020_pages.sql", 5),
    "foreign-key-type": ("tables/020_pages.sql", 3),
    "constraint-name": ("tables/010_notes.sql", 3),
    "constraint-valid": ("tables/020_notes_body.sql", 1),
    "object-comment": ("tables/010_notes.sql", 1),
    "column-comment": ("tables/010_notes.sql", 1),
    "enum-label-comment": ("types/010_moods.sql", 1),
    "search-path-pinned": ("functions/one.sql", 1),
    "search-path-value": ("functions/one.sql", 2),
    "public-execute": ("functions/one.sql", 1),
    "parallel-stated": ("functions/one.sql", 1),
    "duplicate-index": ("indexes/notes_id_idx.sql", 1),
    "materialized-view-key": ("views/note_count.sql", 1),
    "time-zone": ("tables/010_notes.sql", 3),
    "column-type": ("tables/010_notes.sql", 3),
    "transaction-mark": ("tables/010_notes.sql", 3),
    "transaction-function": ("functions/one.sql", 1),
    "logged-table": ("tables/010_notes.sql", 1),
    "function-relation": ("functions/one.sql", 1),
    "function-constraint": ("functions/one.sql", 1),
    "sql-with-parameters": ("functions/one.sql", 1),
    "sql-without-settings": ("functions/one.sql", 1),
    "transition-table": ("triggers/notes.sql", 1),
    "trigger-table-name": ("functions/one.sql", 1),
    "write-behind-with": ("functions/one.sql", 1),
    "upsert-time": ("functions/one.sql", 1),
    "upsert-case": ("functions/one.sql", 1),
    "insert-default": ("tables/020_pages.sql", 5),
    "insert-plan": ("functions/one.sql", 1),
    "insert-count": ("functions/one.sql", 1),
}

_QUICK = ("file", "folder")
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the files of a folder below the working directory."""
    monkeypatch.chdir(tmp_path)

    def make(files: Mapping[str, str], name: str = "schema") -> Path:
        root = tmp_path / name
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
        return root

    return make


def _catalog(server: str, root: Path) -> Catalog:
    with rehearsal(server) as database:
        database.migrate(packages.read(root))
        return database.catalog()


def _places(result: CheckResult, rule: str) -> set[tuple[str, int]]:
    return {
        (finding.file.removeprefix("schema/"), finding.line)
        for finding in result.findings
        if finding.rule.partition("/")[0] == rule
    }


def test_every_rule_has_a_planted_fault() -> None:
    assert list(PLANTED) == [rule.id for rule in rules.every()]


@pytest.mark.parametrize(
    "rule",
    [
        # linters and databases are slow to begin with; tests/catalog asks every major version
        pytest.param(rule, id=rule.id, marks=() if rule.scope in _QUICK else pytest.mark.slow)
        for rule in rules.every()
    ],
)
def test_a_rule_finds_its_example_at_its_line(rule: rules.Rule, write: Write, server: str) -> None:
    if rule.id == "package-unchanged":
        folders = subject(write(BASE), [write(rule.example, "extra")])
    else:
        folders = subject(write({**BASE, **rule.example}))
    release = _catalog(server, write(BASE, "shipped")) if rule.id == "catalog-fresh" else None
    result = examine(folders, server, scopes=[rule.scope], release=release)
    found = {(file.removeprefix("extra/"), line) for file, line in _places(result, rule.id)}
    assert found == {PLANTED[rule.id]}


def test_sound_files_are_silent_even_on_top_of_their_release(write: Write, server: str) -> None:
    write(BASE, "schema.released/1.0.0")
    view = "CREATE OR REPLACE VIEW bodies AS SELECT body FROM notes;\n"
    view += "COMMENT ON VIEW bodies IS 'Bodies.';\nCOMMENT ON COLUMN bodies.body IS 'Text.';\n"
    root = write({**BASE, "views/bodies.sql": view})
    result = examine(subject(root), server, scopes=["file", "folder", "install", "catalog"])
    assert (result.findings, result.skipped) == ((), ())


def test_an_extra_is_checked_and_not_the_package_below_it(write: Write, server: str) -> None:
    base = write({"tables/010_a.sql": "CREATE TABLE a (i int);\n"})
    column = "ALTER TABLE a ADD COLUMN extra_column text;\n"
    extra = write({"tables/010_a_extra.sql": column}, "shop")
    result = examine(
        subject(base, [extra]), server, scopes=["file", "folder", "install", "catalog"]
    )
    assert [(finding.rule, finding.file, finding.line) for finding in result.findings] == [
        ("column-comment", "shop/tables/010_a_extra.sql", 1)
    ]


def test_a_reason_silences_a_rule_on_the_next_line_and_nowhere_else(
    write: Write, server: str
) -> None:
    text = BASE["tables/010_notes.sql"].replace("id bigint PRIMARY KEY", "id bigint")
    ignore = "-- lms-schema: ignore primary-key. A heap on purpose.\n"
    files = {**BASE, "tables/010_notes.sql": ignore + text}
    assert examine(subject(write(files)), server, scopes=["file", "catalog"]).findings == ()
    files = {**BASE, "tables/010_notes.sql": ignore + "\n" + text}
    found = examine(subject(write(files)), server, scopes=["file", "catalog"]).findings
    assert [(item.rule, item.line) for item in found] == [("ignore-comment", 1), ("primary-key", 3)]


def test_what_cannot_be_tried_is_named(write: Write, server: str) -> None:
    files = {**BASE, "tables/010_notes.sql": "CREATE TABLE notes (id nope);\n"}
    result = examine(subject(write(files)), server, scopes=["file", "install", "catalog"])
    assert [item.rule for item in result.findings] == ["apply"]
    assert {"upgrade", "primary-key"} <= set(result.skipped)
    files["tables/010_notes.sql"] = "CREATE TABLE notes (;\n"
    result = examine(subject(write(files)), server, scopes=["file", "install", "catalog"])
    assert [item.rule for item in result.findings] == ["syntax"]
    assert "apply" in result.skipped
