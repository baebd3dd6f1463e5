"""The measures of the analytics: the list, and the SQL files that are written from it."""
