"""Write the list of rules in docs/check.md, from the rules' own words."""

from pathlib import Path
from textwrap import fill

from lms_schema import rules

PAGE = Path(__file__).resolve().parent.parent / "docs" / "check.md"
MARK = "<!-- The rest is generated from src/lms_schema/rules by make generate. -->\n"
SCOPES = {
    "file": "In the text of a file",
    "folder": "Among the files of a folder",
    "lint": "By other tools",
    "install": "While the files are applied",
    "catalog": "In the catalog that results",
    "citus": "In that catalog, for Citus",
}


def page(text: str) -> str:
    """Return the page with the list as the rules are."""
    parts = [text.partition(MARK)[0] + MARK]
    for scope in rules.SCOPES:
        parts.append(f"\n## {SCOPES[scope]}\n")
        for rule in rules.rules(scope):
            words = fill(f"{rule.title} {rule.why}", 120, break_on_hyphens=False)
            parts.append(f"\n### `{rule.id}`\n\n{words}\n\nIt finds:\n\n```sql\n")
            for path, content in rule.example.items():
                parts.append(f"-- {path}\n{content}")
            parts.append("```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
