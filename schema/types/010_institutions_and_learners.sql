-- Types of institutions and learners.
CREATE TYPE institution_type AS ENUM ('university', 'school', 'corporate', 'online_platform');
COMMENT ON TYPE institution_type IS
'Kind of institution: university (higher education), school (primary or secondary school), '
'corporate (training within a company), online_platform (open to the public online).';

CREATE TYPE learning_style AS ENUM ('visual', 'auditory', 'kinesthetic', 'reading_writing');
COMMENT ON TYPE learning_style IS
'A learner''s stated preference for how content is presented: visual (pictures and '
'diagrams), auditory (listening), kinesthetic (doing), reading_writing (text).';

CREATE TYPE academic_level AS ENUM (
    'elementary',
    'middle',
    'high_school',
    'undergraduate',
    'graduate',
    'professional'
);
COMMENT ON TYPE academic_level IS
'Level of education, lowest first: elementary (primary school), middle (lower secondary '
'school), high_school (upper secondary school), undergraduate (towards a first degree), '
'graduate (towards a higher degree), professional (at work).';

CREATE TYPE difficulty_level AS ENUM ('beginner', 'intermediate', 'advanced', 'expert');
COMMENT ON TYPE difficulty_level IS
'Difficulty, easiest first: beginner (no prior knowledge), intermediate (the basics are '
'known), advanced (solid knowledge is needed), expert (for specialists).';

CREATE TYPE learning_pace AS ENUM ('self_paced', 'instructor_led', 'cohort_based');
COMMENT ON TYPE learning_pace IS
'Who sets the pace: self_paced (the learner), instructor_led (the instructor), cohort_based'
' (a group that moves together).';
