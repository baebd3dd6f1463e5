CREATE TABLE no_column_comment (
    id bigint PRIMARY KEY,
    body text -- planted column-comment
);
COMMENT ON TABLE no_column_comment IS 'Planted.';
COMMENT ON COLUMN no_column_comment.id IS 'Planted.';
