-- Attempts at assessments. What follows from the score is derived by trigger: a CHECK cannot look
-- into another table. A change of the points writes the attempts by the cascade of the foreign key,
-- which sees also those that are newer than the snapshot of a REPEATABLE READ transaction, and
-- raises 40001 for them. Why the type of the score has no scale is said in
-- 130_educational_assessments.sql. Numbers are deferrable, so that two attempts can swap theirs in
-- one statement; ON CONFLICT cannot use them.
CREATE TABLE assessment_attempts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    attempt_number integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    submitted_at timestamptz,
    time_spent_minutes integer,
    responses jsonb NOT NULL,
    score numeric,
    percentage_score decimal(5, 2),
    passed boolean,
    response_patterns jsonb,
    knowledge_gaps jsonb,
    strength_areas jsonb,
    automated_feedback jsonb,
    instructor_feedback text,
    improvement_suggestions jsonb,
    completion_status attempt_status NOT NULL DEFAULT 'in_progress',
    device_info jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    rules_version bigint NOT NULL DEFAULT 0,
    computed_score numeric,
    supplied text[] NOT NULL DEFAULT '{}',
    analyses bigint DEFAULT 0,
    objective_points jsonb,

    CONSTRAINT assessment_attempts_learner_id_assessment_id_attempt_number_key UNIQUE (
        learner_id, assessment_id, attempt_number
    ) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT assessment_attempts_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT assessment_attempts_assessment_id_rules_version_fkey FOREIGN KEY (
        assessment_id, rules_version
    ) REFERENCES educational_assessments (id, rules_version) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT assessment_attempts_attempt_number_check CHECK (attempt_number > 0),
    CONSTRAINT assessment_attempts_time_spent_minutes_check CHECK (time_spent_minutes >= 0),
    CONSTRAINT assessment_attempts_responses_check CHECK (jsonb_typeof(responses) = 'array'),
    CONSTRAINT assessment_attempts_score_check
    CHECK (score BETWEEN -2147483648 AND 2147483647),
    CONSTRAINT assessment_attempts_score_decimals_check CHECK (min_scale(score) <= 3),
    CONSTRAINT assessment_attempts_computed_score_check
    CHECK (computed_score BETWEEN -2147483648 AND 2147483647),
    CONSTRAINT assessment_attempts_supplied_check CHECK (
        supplied <@ ARRAY[
            'response_patterns', 'knowledge_gaps', 'strength_areas', 'improvement_suggestions'
        ]
    ),
    CONSTRAINT assessment_attempts_percentage_score_check
    CHECK (percentage_score BETWEEN -999.99 AND 999.99),
    CONSTRAINT assessment_attempts_graded_check
    CHECK (completion_status NOT IN ('graded', 'reviewed') OR score IS NOT NULL),
    CONSTRAINT assessment_attempts_result_check
    CHECK (score IS NOT NULL OR (percentage_score IS NULL AND passed IS NULL)),
    CONSTRAINT assessment_attempts_response_patterns_check
    CHECK (jsonb_typeof(response_patterns) IN ('array', 'object')),
    CONSTRAINT assessment_attempts_knowledge_gaps_check
    CHECK (jsonb_typeof(knowledge_gaps) IN ('array', 'object')),
    CONSTRAINT assessment_attempts_strength_areas_check
    CHECK (jsonb_typeof(strength_areas) IN ('array', 'object')),
    CONSTRAINT assessment_attempts_automated_feedback_check
    CHECK (jsonb_typeof(automated_feedback) IN ('array', 'object')),
    CONSTRAINT assessment_attempts_improvement_suggestions_check
    CHECK (jsonb_typeof(improvement_suggestions) IN ('array', 'object')),
    CONSTRAINT assessment_attempts_device_info_check CHECK (jsonb_typeof(device_info) = 'object'),
    CONSTRAINT assessment_attempts_period_check CHECK (submitted_at >= started_at),
    CONSTRAINT assessment_attempts_finite_times_check CHECK (
        isfinite(started_at)
        AND isfinite(submitted_at)
        AND isfinite(created_at)
        AND isfinite(updated_at)
    )
);

COMMENT ON TABLE assessment_attempts IS
'An attempt of a learner at an assessment: answers, score and feedback. Graded: '
'completion_status graded or reviewed, which needs a score.';
COMMENT ON COLUMN assessment_attempts.id IS 'Identity.';
COMMENT ON COLUMN assessment_attempts.learner_id IS 'Learner.';
COMMENT ON COLUMN assessment_attempts.assessment_id IS 'Assessment.';
COMMENT ON COLUMN assessment_attempts.attempt_number IS
'Number of the attempt, from 1; unique for learner and assessment.';
COMMENT ON COLUMN assessment_attempts.started_at IS 'When the attempt started.';
COMMENT ON COLUMN assessment_attempts.submitted_at IS
'When it was submitted; not before it started.';
COMMENT ON COLUMN assessment_attempts.time_spent_minutes IS
'Time spent in minutes; filled by trigger from start and submission when left out, never '
'longer than those.';
COMMENT ON COLUMN assessment_attempts.responses IS
'Answers: [{"question_id": text, "answer": any, "points": number, "graded_by": any}], ids unique; '
'checked by trigger. grade_attempt writes the points, but where graded_by says that a person did. '
'(JSON array)';
COMMENT ON COLUMN assessment_attempts.score IS
'Points reached, at most 3 decimals; above total_points by bonus points, below 0 by negative '
'marks.';
COMMENT ON COLUMN assessment_attempts.percentage_score IS
'100 * score / total_points; filled by trigger when left out; NULL where the assessment has no '
'points.';
COMMENT ON COLUMN assessment_attempts.passed IS
'score >= passing_score; filled by trigger when left out; NULL where the assessment has no '
'passing_score.';
COMMENT ON COLUMN assessment_attempts.response_patterns IS
'How many questions were answered, omitted, right, partial and wrong; kept by trigger, as '
'derive_attempt_analysis says, unless supplied names it. (JSON object)';
COMMENT ON COLUMN assessment_attempts.knowledge_gaps IS
'Objectives with a mastery below 0.5 in this attempt, over at least 3 questions; kept by trigger, '
'as derive_attempt_analysis says, unless supplied names it. (JSON array)';
COMMENT ON COLUMN assessment_attempts.strength_areas IS
'Objectives with a mastery from 0.8 in this attempt, over at least 3 questions; kept by trigger, '
'as derive_attempt_analysis says, unless supplied names it. (JSON array)';
COMMENT ON COLUMN assessment_attempts.automated_feedback IS
'Feedback by the system. Supplied by the application. (JSON array or object)';
COMMENT ON COLUMN assessment_attempts.instructor_feedback IS 'Feedback by people.';
COMMENT ON COLUMN assessment_attempts.improvement_suggestions IS
'Sections that name a gap, in course order; kept by trigger, as derive_attempt_analysis says, '
'unless supplied names it. (JSON array)';
COMMENT ON COLUMN assessment_attempts.completion_status IS 'Stage of the attempt.';
COMMENT ON COLUMN assessment_attempts.device_info IS 'Device and browser. (JSON object)';
COMMENT ON COLUMN assessment_attempts.created_at IS 'When the row was made.';
COMMENT ON COLUMN assessment_attempts.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN assessment_attempts.rules_version IS
'rules_version of the assessment that the result was derived by; kept by trigger and foreign key.';
COMMENT ON COLUMN assessment_attempts.computed_score IS
'Score that grade_attempt computed last; NULL: never. Where score differs, a person gave it, and '
'regrading leaves it.';
COMMENT ON COLUMN assessment_attempts.supplied IS
'Which of response_patterns, knowledge_gaps, strength_areas and improvement_suggestions the '
'application supplies; the others are kept by trigger.';
COMMENT ON COLUMN assessment_attempts.analyses IS
'Number of times that a trigger wrote the analysis of the answers. Setting it to NULL has that '
'derived anew.';
COMMENT ON COLUMN assessment_attempts.objective_points IS
'Points and most points of this attempt by objective, of which the mean of an assessment is made; '
'kept by trigger, as derive_attempt_analysis says. (JSON object)';
