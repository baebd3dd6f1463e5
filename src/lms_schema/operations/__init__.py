"""What the commands do, a module each: what `lms_schema` offers to Python."""
