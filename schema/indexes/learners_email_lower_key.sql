-- Serves, with the rows that it finds:
--     SELECT * FROM learners
--     WHERE lower(
--         CASE
--             WHEN octet_length(email) = char_length(email) THEN email
--             ELSE normalize(email, NFD)
--         END COLLATE "C"
--     ) = lower(normalize(:email, NFD) COLLATE "C")
-- The letters that ASCII has are folded, also below an accent or another mark: NFD takes the marks
-- off. All other characters are compared as they are. This is the same in every locale, so that
-- what one database accepts, the restore of its dump accepts in another. Normalization needs UTF8:
-- in a single-byte encoding an address has as many bytes as characters, and stays as it is.
CREATE UNIQUE INDEX learners_email_lower_key
ON learners (
    lower(
        CASE
            WHEN octet_length(email) = char_length(email) THEN email
            ELSE normalize(email, NFD)
        END COLLATE "C"
    )
);

COMMENT ON INDEX learners_email_lower_key IS
'One learner an e-mail address, whatever the case of its letters, with or without marks such as '
'accents; login by address.';
