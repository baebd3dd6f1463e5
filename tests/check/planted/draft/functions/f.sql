-- A function.
-- depend: functions/g (planted directive)
CREATE OR REPLACE FUNCTION f() RETURNS integer IMMUTABLE PARALLEL SAFE RETURN 1;
