-- squawk-ignore ban-drop-constraint
ALTER TABLE learners DROP CONSTRAINT valid_email; -- planted package-unchanged
