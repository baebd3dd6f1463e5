"""Rules about applying the files to a disposable server."""
