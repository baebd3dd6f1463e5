-- The role whose rights the caller of a definer has: a definer itself runs as its owner.
-- In SQL without settings of its own, so that PostgreSQL puts it in place: a call would cost more.
CREATE OR REPLACE FUNCTION caller_role() RETURNS name
LANGUAGE sql
-- restricted, since a parallel worker does not know it
STABLE PARALLEL RESTRICTED
RETURN coalesce(nullif(current_setting('role'), 'none'), session_user::text)::name;

REVOKE EXECUTE ON FUNCTION caller_role() FROM public;

COMMENT ON FUNCTION caller_role() IS
'The role that SET ROLE chose, else the login. For definers, which must not take their own rights '
'for those of the caller.';
