-- Serves, with the rows that it finds:
--     SELECT * FROM learners WHERE lower(email) = lower(:email)
CREATE UNIQUE INDEX learners_email_lower_key
ON learners (lower(email));

COMMENT ON INDEX learners_email_lower_key IS
'One learner an e-mail address, whatever its letter case; login by address.';
