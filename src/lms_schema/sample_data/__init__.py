"""What `demo` loads and shows."""
