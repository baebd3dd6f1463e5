"""Rules about what one file must not hold, from its text."""
