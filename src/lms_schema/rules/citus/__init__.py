"""What Citus cannot run, asked of the catalog of a plain server."""
