-- Sum and number of a course's ratings are the triggers' own, and so is their mean while there are
-- any: they change only together with the next ratings_version and by a trigger, as
-- keep_enrollment_measures has it. Whatever else a statement writes into them is brought back.
-- A definer, because who changes a course need not be able to read its ratings.
CREATE OR REPLACE FUNCTION keep_course_rating() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        new.rating_count := 0;
        new.rating_sum := 0;
        new.ratings_version := 0;
        RETURN new;
    ELSIF pg_trigger_depth() = 1 OR new.ratings_version <> old.ratings_version + 1 THEN
        new.ratings_version := old.ratings_version;
        IF new.rating_sum IS NULL THEN
            SELECT coalesce(sum(r.rating), 0), count(*) INTO new.rating_sum, new.rating_count
            FROM course_ratings AS r
            WHERE r.course_id = new.id;
        ELSE
            new.rating_sum := old.rating_sum;
            new.rating_count := old.rating_count;
        END IF;
    END IF;
    IF new.rating_count > 0 THEN
        new.average_rating := round(new.rating_sum::numeric / new.rating_count, 2);
    ELSIF old.rating_count > 0 THEN
        new.average_rating := NULL;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_course_rating() FROM public;

COMMENT ON FUNCTION keep_course_rating() IS
'Trigger: average_rating = rating_sum / rating_count to 2 decimals while there are ratings, else '
'what the application says. Brings back what an application writes into these; rating_sum = NULL '
'has the ratings counted anew.';
