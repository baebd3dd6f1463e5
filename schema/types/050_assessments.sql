-- Types of assessments and attempts.
CREATE TYPE assessment_type AS ENUM ('formative', 'summative', 'diagnostic', 'peer', 'self');
COMMENT ON TYPE assessment_type IS
'Purpose of an assessment: formative (to guide learning), summative (to grade the outcome),'
' diagnostic (to find what is known beforehand), peer (by other learners), self (by the '
'learner).';

CREATE TYPE assessment_format AS ENUM (
    'multiple_choice',
    'short_answer',
    'essay',
    'project',
    'presentation',
    'simulation'
);
COMMENT ON TYPE assessment_format IS
'Form of an assessment: multiple_choice (options to choose from), short_answer (a few '
'words), essay (a longer text), project (work with a result), presentation (before others),'
' simulation (in a model).';

CREATE TYPE attempt_status AS ENUM ('in_progress', 'submitted', 'graded', 'reviewed');
COMMENT ON TYPE attempt_status IS
'Stage of an attempt, in order: in_progress (being answered), submitted (waiting for a '
'grade), graded (has its grade), reviewed (the grade was confirmed).';
