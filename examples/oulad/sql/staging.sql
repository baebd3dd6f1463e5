-- Temporary tables that the files are copied into, and what the other statements share. The names
-- of constraints are the messages for what they reject. A day is counted from the start of the
-- course; text columns of numbers may hold ?, as some editions of the dataset write "unknown".
CREATE FUNCTION pg_temp.oulad_id(text) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5('oulad:' || $1)::uuid;

CREATE FUNCTION pg_temp.course_id(text, text) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5('oulad:educational_courses:' || $1 || ':' || $2)::uuid;

CREATE FUNCTION pg_temp.enrollment_id(text, text, integer) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN md5('oulad:course_enrollments:' || $1 || ':' || $2 || ':' || $3)::uuid;

-- B starts in February, J in October.
CREATE FUNCTION pg_temp.day_of(text, integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN make_timestamptz(
    left($1, 4)::integer, CASE right($1, 1) WHEN 'B' THEN 2 ELSE 10 END, 1, 0, 0, 0, 'UTC'
) + $2 * interval '24 hours';

CREATE TEMPORARY TABLE courses (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    code_module text NOT NULL,
    code_presentation text NOT NULL
    CONSTRAINT "code_presentation must be a year and B or J"
    CHECK (code_presentation ~ '^[12][0-9]{3}[BJ]$'),
    module_presentation_length integer NOT NULL
    CONSTRAINT "module_presentation_length must be 0 to 9999 days"
    CHECK (module_presentation_length BETWEEN 0 AND 9999),
    PRIMARY KEY (code_module, code_presentation)
);

CREATE TEMPORARY TABLE vle (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    id_site integer PRIMARY KEY,
    code_module text NOT NULL,
    code_presentation text NOT NULL,
    activity_type text NOT NULL,
    week_from text
    CONSTRAINT "week_from must be a whole number, ? or empty"
    CHECK (week_from ~ '^([?]|-?[0-9]{1,4})$'),
    week_to text
    CONSTRAINT "week_to must be a whole number, ? or empty"
    CHECK (week_to ~ '^([?]|-?[0-9]{1,4})$')
);

CREATE TEMPORARY TABLE assessments (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    code_module text NOT NULL,
    code_presentation text NOT NULL,
    id_assessment integer PRIMARY KEY,
    assessment_type text NOT NULL
    CONSTRAINT "assessment_type must be TMA, CMA or Exam"
    CHECK (assessment_type IN ('TMA', 'CMA', 'Exam')),
    date text
    CONSTRAINT "date must be a whole number, ? or empty" CHECK (date ~ '^([?]|-?[0-9]{1,4})$'),
    weight numeric NOT NULL
    CONSTRAINT "weight must be 0 to 100, of at most 4 decimals"
    CHECK (weight BETWEEN 0 AND 100 AND min_scale(weight) <= 4)
);

CREATE TEMPORARY TABLE studentinfo (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    code_module text NOT NULL,
    code_presentation text NOT NULL,
    id_student integer NOT NULL,
    gender text,
    region text,
    highest_education text NOT NULL
    CONSTRAINT "highest_education is none of the dataset's five"
    CHECK (
        highest_education IN (
            'No Formal quals',
            'Lower Than A Level',
            'A Level or Equivalent',
            'HE Qualification',
            'Post Graduate Qualification'
        )
    ),
    imd_band text,
    age_band text,
    num_of_prev_attempts integer,
    studied_credits integer,
    disability text,
    final_result text NOT NULL
    CONSTRAINT "final_result must be Pass, Distinction, Fail or Withdrawn"
    CHECK (final_result IN ('Pass', 'Distinction', 'Fail', 'Withdrawn')),
    PRIMARY KEY (code_module, code_presentation, id_student)
);

CREATE TEMPORARY TABLE studentregistration (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    code_module text NOT NULL,
    code_presentation text NOT NULL,
    id_student integer NOT NULL,
    date_registration text
    CONSTRAINT "date_registration must be a whole number, ? or empty"
    CHECK (date_registration ~ '^([?]|-?[0-9]{1,4})$'),
    date_unregistration text
    CONSTRAINT "date_unregistration must be a whole number, ? or empty"
    CHECK (date_unregistration ~ '^([?]|-?[0-9]{1,4})$'),
    PRIMARY KEY (code_module, code_presentation, id_student)
);

CREATE TEMPORARY TABLE studentassessment (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    id_assessment integer NOT NULL,
    id_student integer NOT NULL,
    date_submitted integer NOT NULL
    CONSTRAINT "date_submitted must be -9999 to 9999"
    CHECK (date_submitted BETWEEN -9999 AND 9999),
    is_banked integer NOT NULL
    CONSTRAINT "is_banked must be 0 or 1" CHECK (is_banked IN (0, 1)),
    score text
    CONSTRAINT "score must be a whole number 0 to 100, ? or empty"
    CHECK (score ~ '^([?]|[0-9]{1,2}|100)$'),
    PRIMARY KEY (id_assessment, id_student)
);

CREATE TEMPORARY TABLE studentvle (
    row_number bigint GENERATED ALWAYS AS IDENTITY,
    code_module text NOT NULL,
    code_presentation text NOT NULL,
    id_student integer NOT NULL,
    id_site integer NOT NULL,
    date integer NOT NULL
    CONSTRAINT "date must be -9999 to 9999" CHECK (date BETWEEN -9999 AND 9999),
    sum_click integer NOT NULL
    CONSTRAINT "sum_click must not be negative" CHECK (sum_click >= 0)
);

-- Rows that name what no other file has, by file.
CREATE TEMPORARY VIEW vle_unknown AS
SELECT
    s.row_number,
    format('unknown course %s %s', s.code_module, s.code_presentation) AS message
FROM pg_temp.vle AS s
LEFT JOIN pg_temp.courses AS c USING (code_module, code_presentation)
WHERE c.code_module IS NULL;

CREATE TEMPORARY VIEW assessments_unknown AS
SELECT
    s.row_number,
    format('unknown course %s %s', s.code_module, s.code_presentation) AS message
FROM pg_temp.assessments AS s
LEFT JOIN pg_temp.courses AS c USING (code_module, code_presentation)
WHERE c.code_module IS NULL;

CREATE TEMPORARY VIEW studentinfo_unknown AS
SELECT
    s.row_number,
    format('unknown course %s %s', s.code_module, s.code_presentation) AS message
FROM pg_temp.studentinfo AS s
LEFT JOIN pg_temp.courses AS c USING (code_module, code_presentation)
WHERE c.code_module IS NULL;

CREATE TEMPORARY VIEW studentregistration_unknown AS
SELECT
    s.row_number,
    format(
        'unknown enrollment of student %s in %s %s',
        s.id_student, s.code_module, s.code_presentation
    ) AS message
FROM pg_temp.studentregistration AS s
LEFT JOIN pg_temp.studentinfo AS e USING (code_module, code_presentation, id_student)
WHERE e.id_student IS NULL;

CREATE TEMPORARY VIEW studentassessment_unknown AS
SELECT
    s.row_number,
    CASE
        WHEN a.id_assessment IS NULL THEN format('unknown assessment %s', s.id_assessment)
        ELSE format(
            'unknown enrollment of student %s in %s %s',
            s.id_student, a.code_module, a.code_presentation
        )
    END AS message
FROM pg_temp.studentassessment AS s
LEFT JOIN pg_temp.assessments AS a USING (id_assessment)
LEFT JOIN pg_temp.studentinfo AS e USING (code_module, code_presentation, id_student)
WHERE e.id_student IS NULL;

CREATE TEMPORARY VIEW studentvle_unknown AS
SELECT
    s.row_number,
    CASE
        WHEN v.id_site IS NULL
            THEN format(
                'unknown site %s of %s %s', s.id_site, s.code_module, s.code_presentation
            )
        ELSE format(
            'unknown enrollment of student %s in %s %s',
            s.id_student, s.code_module, s.code_presentation
        )
    END AS message
FROM pg_temp.studentvle AS s
LEFT JOIN pg_temp.vle AS v USING (id_site, code_module, code_presentation)
LEFT JOIN pg_temp.studentinfo AS e USING (code_module, code_presentation, id_student)
WHERE v.id_site IS NULL OR e.id_student IS NULL;
