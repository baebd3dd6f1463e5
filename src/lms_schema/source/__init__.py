"""What is read from disk: SQL files, their order, their statements, earlier releases."""
