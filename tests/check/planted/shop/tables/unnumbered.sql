CREATE TABLE unnumbered ( -- planted file-name
    id bigint PRIMARY KEY
);
COMMENT ON TABLE unnumbered IS 'Planted.';
COMMENT ON COLUMN unnumbered.id IS 'Planted.';
