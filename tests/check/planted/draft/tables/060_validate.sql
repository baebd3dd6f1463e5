ALTER TABLE notes ADD CONSTRAINT notes_body_check CHECK (body <> '') NOT VALID;
ALTER TABLE notes VALIDATE CONSTRAINT notes_body_check; -- planted validate-apart
