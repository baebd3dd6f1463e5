"""Rules about the result, asked of the catalog in SQL."""
