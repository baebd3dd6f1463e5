-- Types of learning interactions and sessions.
CREATE TYPE interaction_type AS ENUM (
    'content_view',
    'knowledge_check',
    'practice_activity',
    'reflection',
    'discussion',
    'help_request',
    'navigation'
);
COMMENT ON TYPE interaction_type IS
'Kind of learning interaction; knowledge_check, practice_activity, reflection and '
'discussion are meaningful ones: content_view (content was looked at), knowledge_check (a '
'question was answered), practice_activity (something was practised), reflection (a thought'
' was written down), discussion (exchange with others), help_request (help was asked for), '
'navigation (a move within the platform).';

CREATE TYPE interaction_outcome AS ENUM ('successful', 'partial', 'unsuccessful', 'abandoned');
COMMENT ON TYPE interaction_outcome IS
'Outcome of an interaction: successful (it worked), partial (in part), unsuccessful (it did'
' not work), abandoned (broken off).';

CREATE TYPE engagement_level AS ENUM ('low', 'medium', 'high', 'very_high');
COMMENT ON TYPE engagement_level IS
'Engagement in a session, lowest first; its rank, 1 to 4, is what averages are taken of: '
'low (rank 1), medium (rank 2), high (rank 3), very_high (rank 4).';
