-- Statistics for the refresh, which follows before autovacuum may have looked.
ANALYZE learning_interactions;
ANALYZE section_progress;
ANALYZE learning_sessions;
ANALYZE course_enrollments;
ANALYZE assessment_attempts;
ANALYZE learners;
