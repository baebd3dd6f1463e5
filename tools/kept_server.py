"""Run a PostgreSQL for the tests until Ctrl-C, in memory where that has room."""

import threading

from lms_schema.server import embedded, interrupts
from lms_schema.testing import SERVER_VARIABLE

if __name__ == "__main__":
    with interrupts.handled(), embedded.temporary() as conninfo:
        print(f"export {SERVER_VARIABLE}='{conninfo}'", flush=True)
        threading.Event().wait()
