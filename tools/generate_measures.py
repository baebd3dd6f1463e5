"""Write the SQL files that list the measures of the analytics, from src/lms_schema/measures."""

from lms_schema.measures import generator
from lms_schema.source import package

if __name__ == "__main__":
    for path, text in generator.files().items():
        (package.shipped_folder() / path).write_text(text, encoding="utf-8", newline="\n")
