"""What was applied to a database, and which file made what."""
