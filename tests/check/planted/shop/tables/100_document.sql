CREATE TABLE document (
    id bigint PRIMARY KEY,
    body json -- planted column-type
);
COMMENT ON TABLE document IS 'Planted.';
COMMENT ON COLUMN document.id IS 'Planted.';
COMMENT ON COLUMN document.body IS 'Planted.';
