ALTER TYPE mood ADD VALUE 'calm'; -- planted enum-value-alone
ALTER TABLE notes ALTER COLUMN mood SET DEFAULT 'calm';
