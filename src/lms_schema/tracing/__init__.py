"""What `plan` knows: the statements of a run, their locks, their dangers."""
