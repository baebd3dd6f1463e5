"""`python -m lms_schema`."""

from lms_schema.cli import main

main()
