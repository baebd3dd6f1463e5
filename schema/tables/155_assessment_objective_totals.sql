-- What all attempts at an assessment reached by objective, so that grading one need not read the
-- answers of the others. In parts that add up, which triggers only append: those who grade the same
-- assessment do not wait for each other. A refresh joins them.
CREATE TABLE assessment_objective_totals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    assessment_id uuid NOT NULL,
    objective_id text NOT NULL,
    points numeric NOT NULL,
    most_points numeric NOT NULL,
    is_joined boolean NOT NULL DEFAULT FALSE,

    CONSTRAINT assessment_objective_totals_points_check CHECK (points < 'NaN'),
    CONSTRAINT assessment_objective_totals_most_points_check CHECK (most_points < 'NaN')
);

COMMENT ON TABLE assessment_objective_totals IS
'Points that all attempts at an assessment reached by objective, in parts that add up; kept by the '
'triggers of assessment_attempts, joined by refresh_learning_analytics. In every snapshot their '
'sums are those of assessment_attempts.objective_points.';
COMMENT ON COLUMN assessment_objective_totals.id IS 'Number of the part.';
COMMENT ON COLUMN assessment_objective_totals.assessment_id IS 'Assessment.';
COMMENT ON COLUMN assessment_objective_totals.objective_id IS 'Objective that questions name.';
COMMENT ON COLUMN assessment_objective_totals.points IS
'Points reached; below 0 in a part that takes others back.';
COMMENT ON COLUMN assessment_objective_totals.most_points IS
'Most points of the questions that have points; below 0 in a part that takes others back.';
COMMENT ON COLUMN assessment_objective_totals.is_joined IS
'Whether a refresh made the part of all earlier ones.';
