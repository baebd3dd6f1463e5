DROP INDEX CONCURRENTLY notes_body_idx; -- planted concurrently
