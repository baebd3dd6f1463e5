CREATE TYPE shop_mood AS ENUM ('calm', 'eager'); -- planted enum-label-comment
COMMENT ON TYPE shop_mood IS 'calm: nothing to do.';
