"""The commands, a module each, named after the command; `cli` imports the one that is run."""
