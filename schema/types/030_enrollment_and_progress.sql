-- Types of enrollments and section progress.
CREATE TYPE enrollment_type AS ENUM ('self_enrolled', 'instructor_added', 'required', 'audit');
COMMENT ON TYPE enrollment_type IS
'How an enrollment came about: self_enrolled (by the learner), instructor_added (by an '
'instructor), required (by a rule or curriculum), audit (without credit).';

CREATE TYPE enrollment_status AS ENUM (
    'enrolled',
    'in_progress',
    'completed',
    'withdrawn',
    'failed'
);
COMMENT ON TYPE enrollment_status IS
'Where a learner stands in a course: enrolled (not started), in_progress (started), '
'completed (done), withdrawn (left), failed (ended without success).';

CREATE TYPE progress_status AS ENUM ('not_started', 'in_progress', 'completed', 'mastered');
COMMENT ON TYPE progress_status IS
'Where a learner stands in a section, in order: not_started (no access yet), in_progress '
'(started), completed (done), mastered (done, and shown to be understood).';

CREATE TYPE validation_method AS ENUM (
    'time_based',
    'interaction_based',
    'assessment_based',
    'adaptive'
);
COMMENT ON TYPE validation_method IS
'How the completion of a section is validated: time_based (by time spent), '
'interaction_based (by interactions), assessment_based (by an assessment), adaptive (by a '
'model).';
