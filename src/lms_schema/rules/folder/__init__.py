"""Rules about what the files of a folder must be to each other."""
