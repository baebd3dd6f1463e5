{% set source = sources.section_progress %}
{% set names = (source.key + source.columns) | names %}
{% set values = source.columns | rejectattr("value", "eq", "1") | list %}
{# what sessions follow, besides #}
{% set completion = ["completion_percentage", "completion_timestamp"] %}
-- Enrollments follow the progress of their sections: what a statement changed is added up for each
-- learner and course. UPDATE, the way of every event, also serves the queue of the analytics, the
-- history and completion_rule, all from one look at the rows. A definer, because the writer need
-- not be able to read or change enrollments.
-- depends: functions/add_enrollment_measures functions/change_course_structure
-- depends: functions/complete_enrollments functions/lock_course_structure
CREATE OR REPLACE FUNCTION follow_section_progress() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
-- the plan that is kept must suit a table that grows
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    v_learner_ids uuid[];
    v_course_ids uuid[];
    v_progress bigint[];
    v_seconds bigint[];
    v_was timestamptz[];
    v_last timestamptz[];
    v_queue section_progress_delta[];
    v_history section_progress_history[];
    v_is_event_time boolean := current_setting('lms_schema.progress_time', TRUE) = 'event';
    v_has_left boolean;
    v_has_history boolean;
    v_has_completed boolean;
    v_left_section_ids uuid[];
    v_left_course_ids uuid[];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT
                array_agg(k.learner_id), array_agg(k.course_id), array_agg(k.progress),
                array_agg(k.seconds), array_agg(NULL::timestamptz), array_agg(k.last)
            INTO v_learner_ids, v_course_ids, v_progress, v_seconds, v_was, v_last
            FROM (
                SELECT
                    n.learner_id,
                    n.course_id,
                    sum((100 * n.completion_percentage)::integer) AS progress,
                    sum(n.total_time_spent) AS seconds,
                    max(n.last_accessed) AS last
                FROM new_rows AS n
                GROUP BY n.learner_id, n.course_id
            ) AS k
            WHERE k.progress <> 0 OR k.seconds <> 0 OR k.last IS NOT NULL;
        WHEN 'DELETE' THEN
            SELECT
                array_agg(k.learner_id), array_agg(k.course_id), array_agg(k.progress),
                array_agg(k.seconds), array_agg(k.was), array_agg(NULL::timestamptz), TRUE
            INTO v_learner_ids, v_course_ids, v_progress, v_seconds, v_was, v_last, v_has_left
            FROM (
                SELECT
                    o.learner_id,
                    o.course_id,
                    -sum((100 * o.completion_percentage)::integer) AS progress,
                    -sum(o.total_time_spent) AS seconds,
                    max(o.last_accessed) AS was
                FROM old_rows AS o
                GROUP BY o.learner_id, o.course_id
            ) AS k
            WHERE k.progress <> 0 OR k.seconds <> 0 OR k.was IS NOT NULL;
        WHEN 'TRUNCATE' THEN
            PERFORM change_course_structure(ARRAY(SELECT cs.course_id FROM course_structure AS cs));
            UPDATE course_enrollments AS e SET progress_sum = NULL
            WHERE e.progress_sum <> 0 OR e.seconds_sum <> 0 OR e.last_accessed IS NOT NULL;
            RETURN NULL;
        ELSE
            -- one row, the way of every event: an aggregate's setup costs as much as finding a row
            SELECT
                CASE
                    WHEN
                        (n.completion_percentage, n.total_time_spent, n.last_accessed)
                        IS DISTINCT FROM
                        (o.completion_percentage, o.total_time_spent, o.last_accessed)
                        THEN ARRAY[n.learner_id]
                END,
                ARRAY[n.course_id],
                ARRAY[(100 * (n.completion_percentage - o.completion_percentage))::bigint],
                ARRAY[n.total_time_spent::bigint - o.total_time_spent],
                ARRAY[o.last_accessed],
                ARRAY[n.last_accessed],
                CASE
                    WHEN
                        (
                            {{ (values | values("n") + completion | aliased("n")) | fill(28) }}
                        ) IS DISTINCT FROM (
                            {{ (values | values("o") + completion | aliased("o")) | fill(28) }}
                        )
                        THEN ARRAY[
                            (
                                {{ (["NULL", "n.learner_id", "n.course_id"] + source.columns | gained("o", "n")) | lines(32) }}
                            )::section_progress_delta
                        ]
                END,
                FALSE,
                n.completion_percentage <> o.completion_percentage,
                n.completion_timestamp IS NOT NULL AND o.completion_timestamp IS NULL
            INTO
                v_learner_ids, v_course_ids, v_progress, v_seconds, v_was, v_last, v_queue,
                v_has_left, v_has_history, v_has_completed
            FROM old_rows AS o
            CROSS JOIN new_rows AS n
            WHERE
                (SELECT count(*) FROM new_rows) = 1
                AND o.learner_id = n.learner_id
                AND o.course_id = n.course_id;
            IF NOT FOUND THEN
                SELECT
                    array_agg(k.learner_id) FILTER (WHERE k.is_measured),
                    array_agg(k.course_id) FILTER (WHERE k.is_measured),
                    array_agg(k.progress) FILTER (WHERE k.is_measured),
                    array_agg(k.seconds) FILTER (WHERE k.is_measured),
                    array_agg(k.was) FILTER (WHERE k.is_measured),
                    array_agg(k.last) FILTER (WHERE k.is_measured),
                    array_agg(
                        (
                            {{ (["NULL"] + names | aliased("k")) | fill(28) }}
                        )::section_progress_delta
                    ), -- at sums of 0, too: a completion may have got another time
                    bool_or(k.progress_rows <> 0),
                    -- of several rows, one may have gained what another lost
                    bool_or(k.progress <> 0 OR k.n > 2),
                    bool_or(k.completed > 0 OR k.n > 2)
                INTO
                    v_learner_ids, v_course_ids, v_progress, v_seconds, v_was, v_last, v_queue,
                    v_has_left, v_has_history, v_has_completed
                FROM (
                    SELECT
                        c.*,
                        c.progress <> 0 OR c.seconds <> 0 OR c.was IS DISTINCT FROM c.last
                            AS is_measured
                    FROM (
                        SELECT
                            r.learner_id,
                            r.course_id,
                            count(*) AS n,
                            sum(r.sign * r.progress) AS progress,
                            sum(r.sign * r.completed) AS completed,
                            sum(r.sign * r.total_time_spent) AS seconds,
                            max(r.last_accessed) FILTER (WHERE r.sign < 0) AS was,
                            max(r.last_accessed) FILTER (WHERE r.sign > 0) AS last,
                            {{ source.columns | signed("r", named=True) | lines(28) }}
                        FROM (
                            SELECT
                                -1 AS sign,
                                o.learner_id,
                                o.course_id,
                                (100 * o.completion_percentage)::integer AS progress,
                                num_nonnulls(o.completion_timestamp) AS completed,
                                o.total_time_spent,
                                o.last_accessed,
                                {{ values | values("o", named=True) | lines(32) }}
                            FROM old_rows AS o
                            UNION ALL
                            SELECT
                                1,
                                n.learner_id,
                                n.course_id,
                                (100 * n.completion_percentage)::integer,
                                num_nonnulls(n.completion_timestamp),
                                n.total_time_spent,
                                n.last_accessed,
                                {{ values | values("n") | lines(32) }}
                            FROM new_rows AS n
                        ) AS r
                        GROUP BY r.learner_id, r.course_id
                    ) AS c
                    OFFSET 0 -- is_measured is told once, not for each array
                ) AS k;
            END IF;

            IF v_queue IS NOT NULL THEN
                INSERT INTO section_progress_delta (
                    {{ names | fill(20) }}
                )
                SELECT
                    {{ names | aliased("q") | fill(20) }}
                FROM unnest(v_queue) AS q;
            END IF;

            IF v_has_history THEN
                -- gathered before they are stored, see append_section_progress_delta; grouped, not
                -- joined: a session keeps its plan, and one for a row would join all rows of a bulk
                -- load with each other
                v_history := ARRAY(
                    SELECT
                        (
                            r.learner_id, r.section_id, NULL, coalesce(max(r.event_time), now()),
                            max(r.was), max(r.percentage)
                        )::section_progress_history
                    FROM (
                        SELECT
                            o.id,
                            o.learner_id,
                            o.section_id,
                            o.completion_percentage AS was,
                            NULL::numeric AS percentage,
                            NULL::timestamptz AS event_time
                        FROM old_rows AS o
                        UNION ALL
                        SELECT
                            n.id,
                            n.learner_id,
                            n.section_id,
                            NULL,
                            n.completion_percentage,
                            CASE
                                WHEN v_is_event_time
                                    THEN coalesce(n.completion_timestamp, n.last_accessed)
                            END
                        FROM new_rows AS n
                    ) AS r
                    -- a row that became another one is followed by record_progress_history
                    GROUP BY r.learner_id, r.section_id, r.id
                    HAVING max(r.was) <> max(r.percentage)
                    -- in the order of the indexes that they are written to and looked up in: in
                    -- another one, many rows take a sixth more CPU
                    ORDER BY r.learner_id, r.section_id
                );
                INSERT INTO section_progress_history (
                    learner_id, section_id, changed_at, previous_percentage, percentage
                )
                SELECT
                    h.learner_id, h.section_id, h.changed_at, h.previous_percentage, h.percentage
                FROM unnest(v_history) AS h;
            END IF;
    END CASE;

    -- Sections that go, or move to another course, take their progress along. All enrollments of
    -- the courses will follow that: they are locked at once, in one order.
    IF v_has_left AND v_learner_ids IS NOT NULL THEN
        SELECT array_agg(k.section_id), array_agg(k.course_id)
        INTO v_left_section_ids, v_left_course_ids
        FROM (SELECT DISTINCT o.section_id, o.course_id FROM old_rows AS o) AS k;
        IF EXISTS (
            SELECT FROM unnest(v_left_section_ids, v_left_course_ids) AS k (section_id, course_id)
            LEFT JOIN learning_sections AS s
                ON k.section_id = s.id AND k.course_id = s.course_id
            WHERE s.id IS NULL
        ) THEN
            PERFORM lock_course_structure(v_left_course_ids || v_course_ids);
        END IF;
    END IF;
    IF v_learner_ids IS NOT NULL THEN
        SET LOCAL plan_cache_mode = force_generic_plan; -- arrays would be planned anew at each call
        PERFORM add_enrollment_measures(
            v_learner_ids, v_course_ids, v_progress, v_seconds, v_was, v_last
        );
    END IF;
    IF v_has_completed THEN
        SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
        FROM (
            -- without a join, whose plan for one row a session would keep for many
            SELECT DISTINCT r.learner_id, r.course_id
            FROM (
                SELECT -1 AS sign, o.id, o.learner_id, o.course_id FROM old_rows AS o
                WHERE o.status IN ('completed', 'mastered')
                UNION ALL
                SELECT 1, n.id, n.learner_id, n.course_id FROM new_rows AS n
                WHERE n.status IN ('completed', 'mastered')
            ) AS r
            GROUP BY r.id, r.learner_id, r.course_id
            HAVING sum(r.sign) > 0
        ) AS k;
        IF v_learner_ids IS NOT NULL THEN
            PERFORM complete_enrollments(v_learner_ids, v_course_ids);
        END IF;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_section_progress() FROM public;

COMMENT ON FUNCTION follow_section_progress() IS
'Trigger: keeps overall_progress, total_time_spent and last_accessed of the enrollments whose '
'section progress a statement changed; after an UPDATE also appends to section_progress_delta and '
'section_progress_history, and completes enrollments, see complete_enrollments. Locks these '
'enrollments until the transaction ends, and all those of a course that a section leaves.';
