create table lower_case ( -- planted sqlfluff
    id bigint PRIMARY KEY
);
COMMENT ON TABLE lower_case IS 'Planted.';
COMMENT ON COLUMN lower_case.id IS 'Planted.';
