"""Write schema/ORDER: every file in the order of application, with its checksum."""

from lms_schema.source import package

if __name__ == "__main__":
    folder = package.shipped_folder()
    (folder / "ORDER").write_text(package.read(folder).order(), encoding="utf-8", newline="\n")
