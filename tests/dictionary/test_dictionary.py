"""The data dictionary: whole, fresh, and the same each time."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from lms_schema.catalog.catalog import Catalog, read_catalog, release_catalog
from lms_schema.cli import cli
from lms_schema.dictionary import dictionary
from lms_schema.dictionary.diagram import WIDTH, draw
from lms_schema.operations import docs

ROOT = Path(__file__).resolve().parents[2]

SMALL = {
    "tables/010_a.sql": """
        CREATE TABLE parent (id int PRIMARY KEY, "Odd name" text DEFAULT 'a | b <i>');
        CREATE TABLE child (id int, parent_id int REFERENCES parent, boss int NOT NULL);
        ALTER TABLE child ADD PRIMARY KEY (id), ADD FOREIGN KEY (boss) REFERENCES child;
        COMMENT ON TABLE parent IS 'Those & others | <b>bold</b>';
    """
}


@pytest.fixture(scope="module")
def release() -> Catalog:
    return release_catalog()


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["docs", *arguments])
    assert result.exit_code == code, result.output
    return result


class Page(HTMLParser):
    """The ids, the links and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        self.loaded += [values[name] for name in ("src", "data", "action") if name in values]
        self.loaded += [values["href"]] if tag == "link" else []

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_object_and_every_comment_is_in_both_documents(release: Catalog) -> None:
    words = " ".join(Page(docs.html(release)).words.split())
    text = docs.markdown(release).replace("\\", "")
    for key, definition in release.objects.items():
        if key.kind == "comment":
            assert " ".join(definition.split()) in words, key
            assert definition.replace("\n", " ") in text, key
        elif key.kind != "role":  # of the server, not of the schema
            name = key.whole.name.split("(")[0].rpartition(".")[2].strip('"')
            assert name in words, key
            assert name in text, key


def test_the_functions_to_call_are_those_of_the_readme(release: Catalog) -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| call | gives |")[1]
    rows = re.findall(r"^\|(.+?)\|", table.split("\n\n")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)\(", row)}
    functions = dictionary.read(release).functions
    assert {item.name for item in functions if not item.internal} == named


def test_what_is_internal_comes_last_and_is_marked(release: Catalog) -> None:
    schema = dictionary.read(release)
    for document in (docs.markdown(release), docs.html(release)):
        place = document.rindex("Internal")
        for table in schema.tables:
            assert document.index(f"{table.comment}"[:30]) < place
        for table in schema.internal_tables:
            assert table.name in document[place:]
    assert docs.html(release).count('class="tag">internal<') == len(schema.internal_tables) + 1
    assert "learning_interactions_delta" in {table.name for table in schema.internal_tables}
    drawn = {box.name for box in draw(schema).boxes}
    assert drawn.isdisjoint(table.name for table in schema.internal_tables)


def test_each_subject_names_tables_of_the_release(release: Catalog) -> None:
    shown = tomllib.loads(Path(dictionary.__file__).with_name("subjects.toml").read_text("utf-8"))
    named = [name for names in shown["tables"].values() for name in names]
    assert sorted(named) == sorted(table.name for table in dictionary.read(release).tables)


def test_the_page_loads_nothing_and_its_links_lead_somewhere(release: Catalog) -> None:
    text = docs.html(release)
    page = Page(text)
    assert page.loaded == []
    assert re.findall(r"url\(|@import|https?:", text) == []
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    assert {link for link in page.links if link[1:] not in page.ids or link[0] != "#"} == set()


def test_documents_are_the_same_each_time(tmp_path: Path) -> None:
    run(str(tmp_path))
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert first.keys() == {"schema.md", "schema.html", "register.md"}
    run(str(tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_file_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "schema.html").write_text("mine")
    assert "was not written by lms-schema docs" in run(str(tmp_path), code=2).stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("schema.html", "mine")
    ]


def test_a_live_database_is_described_with_what_others_added_to_it(
    database: str, connection: psycopg.Connection[object], tmp_path: Path
) -> None:
    connection.execute("ALTER TABLE learners ADD COLUMN nickname text")
    connection.execute("COMMENT ON COLUMN learners.nickname IS 'What friends say.'")
    document = json.loads(run(str(tmp_path / "new"), "--database", database, "--json").stdout)
    assert document["schema"] == "public"
    assert [Path(name).name for name in document["files"]] == [
        "schema.md",
        "schema.html",
        "register.md",
    ]
    for name in document["files"][:2]:
        assert "What friends say." in Path(name).read_text(encoding="utf-8")


def test_a_schema_that_does_not_exist_is_an_error(empty_database: str, tmp_path: Path) -> None:
    options = ("--database", empty_database, "--schema", "nowhere")
    assert "nowhere" in run(str(tmp_path / "new"), *options, code=2).stderr
    assert not (tmp_path / "new").exists()


def test_names_and_comments_are_escaped(empty_database: str) -> None:
    with psycopg.connect(empty_database) as opened:
        opened.execute(SMALL["tables/010_a.sql"].encode())
        catalog = read_catalog(opened, "public")
    page = docs.html(catalog)
    assert "&lt;b&gt;bold" in page
    assert "<b>" not in page
    assert r"\| \<b>bold" in docs.markdown(catalog)
    parent = next(table for table in dictionary.read(catalog).tables if table.name == "parent")
    assert [column.name for column in parent.columns] == ["id", "Odd name"]


def test_a_name_moves_no_cursor_ends_no_line_and_is_no_html(empty_database: str) -> None:
    name = '"<script>`\x1b[2J\u202e\n](x)"'
    with psycopg.connect(empty_database) as opened:
        opened.execute(f"CREATE TABLE {name} ({name} int CONSTRAINT {name} CHECK (true))".encode())
        opened.execute(f"CREATE FUNCTION {name}({name} int) RETURNS int RETURN 1".encode())
        opened.execute(f"CREATE TYPE e AS ENUM ('{name}')".encode())
        catalog = read_catalog(opened, "public")
    text, page = docs.markdown(catalog), docs.html(catalog)
    for document in (text, page):
        assert not re.search("[\x1b\u202e]", document)
        assert r"\x1b[2J\u202e" in document
    assert text.count(r"\<script>\`\x1b[2J\u202e \](x)") > 1
    assert "<script>" not in text.replace(r"\<", "")
    assert "&lt;script&gt;`" in page
    assert "<script>`" not in page  # the page has a script of its own


def test_tables_stand_apart_and_right_of_what_they_refer_to(release: Catalog) -> None:
    schema = dictionary.read(release)
    diagram = draw(schema)
    boxes = {box.name: box for box in diagram.boxes}
    keys = [key for table in schema.tables for key in table.foreign_keys if key.references in boxes]
    assert len(diagram.lines) == len(keys) > 0
    for key in keys:
        assert boxes[key.table].x >= boxes[key.references].x + WIDTH
    for one, other in combinations(diagram.boxes, 2):
        apart = one.x != other.x or one.y >= other.y + other.height or other.y >= one.y + one.height
        assert apart, (one.name, other.name)


def test_a_table_that_refers_to_itself_is_drawn(empty_database: str) -> None:
    with psycopg.connect(empty_database) as opened:
        opened.execute(SMALL["tables/010_a.sql"].encode())
        schema = dictionary.read(read_catalog(opened, "public"))
    diagram = draw(schema)
    assert {box.name for box in diagram.boxes} == {"parent", "child"}
    assert [line.title for line in diagram.lines] == [
        "child (boss) refers to child",
        "child (parent_id) refers to parent",
    ]
    assert "parent |o--o{ child" in docs.markdown(_catalog(empty_database))
    assert "child ||--o{ child" in docs.markdown(_catalog(empty_database))


def _catalog(conninfo: str) -> Catalog:
    with psycopg.connect(conninfo) as opened:
        return read_catalog(opened, "public")


def test_the_policies_of_a_table_are_listed_with_their_roles(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE a (i int)")
        connection.execute("CREATE POLICY few ON a FOR SELECT TO pg_monitor USING (i < 3)")
        connection.execute("COMMENT ON POLICY few ON a IS 'The first rows.'")
        page = docs.markdown(read_catalog(connection, "public"))
    assert "- `few`: PERMISSIVE FOR SELECT TO pg_monitor USING (i < 3). The first rows." in (
        page.replace("\\", "").replace("&lt;", "<")
    )
