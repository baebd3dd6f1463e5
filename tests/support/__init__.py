"""What several tests share: rows, random worlds, the oracle that recomputes figures, races."""
