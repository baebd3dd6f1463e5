-- Courses follow their ratings: what a statement changed is added to sum and number in the course's
-- row, so that who waited for it adds to what the other one wrote, and who has an older snapshot
-- gets 40001. A definer, because who rates need not be able to change courses.
CREATE OR REPLACE FUNCTION follow_course_ratings() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_ids uuid[];
    v_sums bigint[];
    v_counts bigint[];
BEGIN
    CASE TG_OP
        WHEN 'TRUNCATE' THEN
            -- all, so that one who rated after our snapshot is met
            UPDATE educational_courses AS c SET rating_sum = NULL;
            RETURN NULL;
        WHEN 'INSERT' THEN
            SELECT array_agg(k.course_id), array_agg(k.sum), array_agg(k.count)
            INTO v_course_ids, v_sums, v_counts
            FROM (
                SELECT n.course_id, sum(n.rating) AS sum, count(*) AS count FROM new_rows AS n
                GROUP BY n.course_id
            ) AS k;
        WHEN 'DELETE' THEN
            SELECT array_agg(k.course_id), array_agg(k.sum), array_agg(k.count)
            INTO v_course_ids, v_sums, v_counts
            FROM (
                SELECT o.course_id, -sum(o.rating) AS sum, -count(*) AS count FROM old_rows AS o
                GROUP BY o.course_id
            ) AS k;
        ELSE
            SELECT array_agg(k.course_id), array_agg(k.sum), array_agg(k.count)
            INTO v_course_ids, v_sums, v_counts
            FROM (
                SELECT r.course_id, sum(r.sign * r.rating) AS sum, sum(r.sign) AS count
                FROM (
                    SELECT -1 AS sign, o.course_id, o.rating FROM old_rows AS o
                    UNION ALL
                    SELECT 1, n.course_id, n.rating FROM new_rows AS n
                ) AS r
                GROUP BY r.course_id
            ) AS k
            WHERE k.sum <> 0 OR k.count <> 0;
    END CASE;

    -- in the order of their keys, so that nobody deadlocks
    PERFORM FROM educational_courses AS c
    WHERE c.id = ANY(v_course_ids)
    ORDER BY c.id
    FOR NO KEY UPDATE;

    UPDATE educational_courses AS c SET
        ratings_version = c.ratings_version + 1,
        rating_sum = c.rating_sum + k.sum,
        rating_count = c.rating_count + k.count
    FROM unnest(v_course_ids, v_sums, v_counts) AS k (id, sum, count)
    WHERE c.id = k.id;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_ratings() FROM public;

COMMENT ON FUNCTION follow_course_ratings() IS
'Trigger: keeps average_rating and rating_count of the courses whose ratings a statement changed. '
'Locks these courses until the transaction ends.';
