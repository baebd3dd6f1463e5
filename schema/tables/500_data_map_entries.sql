-- What a project's own columns hold of persons; those of the package are in views/data_map.sql. A
-- row is written by the file that makes the column, so that the two arrive together.
CREATE TABLE data_map_entries (
    table_name text NOT NULL,
    column_name text NOT NULL,
    subject text NOT NULL,
    category text NOT NULL,
    on_erase text NOT NULL,
    is_exported boolean NOT NULL,
    purpose text NOT NULL,
    legal_basis text NOT NULL,
    retention text NOT NULL,

    CONSTRAINT data_map_entries_pkey PRIMARY KEY (table_name, column_name),
    CONSTRAINT data_map_entries_subject_check
    CHECK (subject IN ('learner', 'guardian', 'staff', 'person', 'none')),
    CONSTRAINT data_map_entries_category_check
    CHECK (category IN ('identifier', 'direct', 'quasi', 'education', 'content', 'none')),
    CONSTRAINT data_map_entries_on_erase_check
    CHECK (on_erase IN ('keep', 'rekey', 'follow', 'empty', 'null', 'stub', 'delete')),
    CONSTRAINT data_map_entries_none_check CHECK (
        (subject = 'none') = (category = 'none')
        AND (subject <> 'none' OR (on_erase = 'keep' AND NOT is_exported))
    )
);

COMMENT ON TABLE data_map_entries IS
'Lines of data_map for the columns of a project: what they hold of persons. One row per column. '
'Written by the owner.';
COMMENT ON COLUMN data_map_entries.table_name IS
'Table, as the schema names it: one of another schema with the name of that.';
COMMENT ON COLUMN data_map_entries.column_name IS 'Column.';
COMMENT ON COLUMN data_map_entries.subject IS 'Whose data it is, see data_map.';
COMMENT ON COLUMN data_map_entries.category IS 'What it tells of them, see data_map.';
COMMENT ON COLUMN data_map_entries.on_erase IS 'What erase_learner does with it, see data_map.';
COMMENT ON COLUMN data_map_entries.is_exported IS 'Whether export_learner_data hands it out.';
COMMENT ON COLUMN data_map_entries.purpose IS 'What it is held for.';
COMMENT ON COLUMN data_map_entries.legal_basis IS 'What allows that.';
COMMENT ON COLUMN data_map_entries.retention IS 'How long it is held.';
