CREATE TABLE no_comment ( -- planted object-comment
    id bigint PRIMARY KEY
);
COMMENT ON COLUMN no_comment.id IS 'Planted.';
