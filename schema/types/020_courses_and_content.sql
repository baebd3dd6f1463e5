-- Types of courses, modules and sections.
CREATE TYPE content_format AS ENUM ('text', 'video', 'interactive', 'mixed');
COMMENT ON TYPE content_format IS
'Main format of the content of a course: text (to read), video (to watch), interactive (to '
'act on), mixed (several of these).';

CREATE TYPE delivery_method AS ENUM ('synchronous', 'asynchronous', 'blended');
COMMENT ON TYPE delivery_method IS
'How a course is delivered: synchronous (together at set times), asynchronous (each in '
'their own time), blended (both).';

CREATE TYPE course_status AS ENUM ('draft', 'under_review', 'published', 'archived');
COMMENT ON TYPE course_status IS
'Stage in the life cycle of a course, in order: draft (being written), under_review '
'(waiting for approval), published (open to learners), archived (closed, kept for the '
'record).';

CREATE TYPE bloom_taxonomy_level AS ENUM (
    'remember',
    'understand',
    'apply',
    'analyze',
    'evaluate',
    'create'
);
COMMENT ON TYPE bloom_taxonomy_level IS
'Cognitive level in Bloom''s revised taxonomy, lowest first: remember (recall facts), '
'understand (explain ideas), apply (use them in new situations), analyze (draw '
'connections), evaluate (justify a decision), create (produce original work).';

CREATE TYPE module_content_type AS ENUM ('lesson', 'assessment', 'project', 'discussion');
COMMENT ON TYPE module_content_type IS
'Kind of module: lesson (content to learn), assessment (a test), project (work with a '
'result), discussion (exchange between learners).';

CREATE TYPE section_content_type AS ENUM (
    'text',
    'video',
    'interactive',
    'assessment',
    'simulation'
);
COMMENT ON TYPE section_content_type IS
'Kind of content of a section: text (to read), video (to watch), interactive (to act on), '
'assessment (questions to answer), simulation (a model to experiment with).';
