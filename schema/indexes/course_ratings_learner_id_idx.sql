-- Serves, with the rows that it finds:
--     SELECT * FROM course_ratings WHERE learner_id = :learner_id
CREATE INDEX course_ratings_learner_id_idx
ON course_ratings (learner_id);

COMMENT ON INDEX course_ratings_learner_id_idx IS
'Ratings by a learner: what row security reads, and the foreign key to learners.';
