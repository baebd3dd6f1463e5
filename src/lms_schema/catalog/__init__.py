"""What a database is: its catalog, how that differs from a release, whose objects it holds."""
