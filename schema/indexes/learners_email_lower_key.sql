-- Serves, with the rows that it finds:
--     SELECT * FROM learners WHERE lower(email COLLATE "C") = lower(:email COLLATE "C")
-- Under "C" ASCII letters alone are folded, in every database alike: what one accepts, the restore
-- of its dump accepts in another locale.
CREATE UNIQUE INDEX learners_email_lower_key
ON learners (lower(email COLLATE "C"));

COMMENT ON INDEX learners_email_lower_key IS
'One learner an e-mail address, whatever the case of its ASCII letters; login by address.';
