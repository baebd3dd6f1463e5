-- Which function whom. A function that is not named here is called by the owner, by triggers and by
-- functions that run as the owner. A helper is named because who calls a function needs it, too.
REVOKE ALL ON FUNCTION
next_sections(uuid, uuid, integer, timestamptz),
is_module_unlocked(uuid, uuid, timestamptz),
is_module_completed(uuid, uuid),
is_graded_attempt(attempt_status),
is_unlock_rule_met(jsonb, numeric, timestamptz),
calculate_learning_velocity(uuid, uuid, integer, timestamptz),
at_risk_learners(uuid, timestamptz, integer, double precision, integer),
calculate_course_effectiveness(uuid),
course_figures(uuid),
learner_figures(uuid),
calculate_assessment_statistics(uuid),
calculate_item_statistics(uuid),
assessment_item_measures(uuid),
assessment_item_scores(uuid),
objective_mastery(uuid, uuid),
attempt_question_points(uuid[]),
has_question_points(numeric, jsonb),
is_omitted_answer(jsonb),
answer_points(jsonb, jsonb, numeric),
derive_grades(uuid[]),
grade_attempts(uuid[]),
grade_attempt(uuid),
regrade_assessment(uuid),
is_time_with_zone(text),
record_interaction(
    uuid, uuid, interaction_type, jsonb, integer, interaction_outcome, timestamptz, uuid, uuid,
    text, text, bloom_taxonomy_level, difficulty_level, jsonb, jsonb, numeric, jsonb, jsonb, text,
    jsonb, uuid
),
record_interactions(jsonb),
store_interactions(jsonb),
check_event_period(timestamptz),
check_event_times(jsonb),
event_labels(),
is_meaningful_interaction(interaction_type),
outcome_evidence(interaction_outcome),
begin_enrollments(uuid[], uuid[], uuid[], uuid[]),
lock_section(uuid),
lock_sections(uuid[]),
refresh_learning_analytics(),
derive_sessions(uuid, interval, uuid[]),
derived_session_gap(),
record_my_interactions(jsonb),
is_claimable_time(timestamptz),
is_recent_transaction(),
open_session(text, uuid, interval, text),
close_session(text),
session_assessments(),
session_courses(),
session_current_courses(),
session_institution_assessments(),
session_institution_courses(),
session_institution_learners(),
session_institution_sections(),
session_institutions(),
session_open_courses(),
session_own_institution(),
session_person(),
session_roster(),
session_taught_assessments(),
session_taught_courses(),
session_taught_institutions(),
session_taught_sections(),
session_ward_courses(),
session_ward_institutions(),
session_wards(),
record_consent(uuid, text, text, text, uuid, text, text, bytea, text, text, timestamptz),
has_consent(uuid, text, text, timestamptz),
has_directory_opt_out(uuid, timestamptz),
record_disclosure(uuid, text, text, text[], text, text, text, bigint, jsonb, text),
record_my_consent(uuid, text, text, text, text, bytea, text, text, timestamptz),
check_audit_log(bigint, bytea),
audit_rows_hash(int8multirange),
audit_seal_hash(bigint, timestamptz, int8multirange, bytea, timestamptz, bytea),
report_course_outcomes(),
report_engagement(),
report_assessments(),
export_learner_data(uuid),
erase_learner(uuid),
unmapped_columns()
FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

-- What every persona may ask: row security decides whose rows count.
GRANT EXECUTE ON FUNCTION
next_sections(uuid, uuid, integer, timestamptz),
is_module_unlocked(uuid, uuid, timestamptz),
is_module_completed(uuid, uuid),
is_graded_attempt(attempt_status),
is_unlock_rule_met(jsonb, numeric, timestamptz),
calculate_learning_velocity(uuid, uuid, integer, timestamptz),
objective_mastery(uuid, uuid),
attempt_question_points(uuid[]),
has_question_points(numeric, jsonb),
is_omitted_answer(jsonb)
TO lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service;

-- Figures of a whole course or assessment: of a learner's own rows they would be wrong.
GRANT EXECUTE ON FUNCTION
at_risk_learners(uuid, timestamptz, integer, double precision, integer),
calculate_course_effectiveness(uuid),
calculate_assessment_statistics(uuid),
calculate_item_statistics(uuid),
assessment_item_measures(uuid),
assessment_item_scores(uuid)
TO lms_instructor, lms_registrar, lms_service;

-- The views course_analytics and learner_analytics call these for their readers; both functions ask
-- whether the caller may read the figures.
GRANT EXECUTE ON FUNCTION course_figures(uuid) TO lms_instructor, lms_registrar, lms_service;
GRANT EXECUTE ON FUNCTION learner_figures(uuid)
TO lms_learner, lms_guardian, lms_registrar, lms_service;

-- Called by a trigger on the content that an instructor writes, and by record_interactions.
GRANT EXECUTE ON FUNCTION
is_time_with_zone(text)
TO lms_instructor, lms_service;

-- Logging of events, and what a job of the application may start, each with what it calls.
GRANT EXECUTE ON FUNCTION
record_interaction(
    uuid, uuid, interaction_type, jsonb, integer, interaction_outcome, timestamptz, uuid, uuid,
    text, text, bloom_taxonomy_level, difficulty_level, jsonb, jsonb, numeric, jsonb, jsonb, text,
    jsonb, uuid
),
record_interactions(jsonb),
store_interactions(jsonb),
check_event_period(timestamptz),
check_event_times(jsonb),
event_labels(),
is_meaningful_interaction(interaction_type),
outcome_evidence(interaction_outcome),
begin_enrollments(uuid[], uuid[], uuid[], uuid[]),
lock_section(uuid),
lock_sections(uuid[]),
refresh_learning_analytics(),
derive_sessions(uuid, interval, uuid[]),
derived_session_gap()
TO lms_service;

-- Grading, with what it calls: points stand in responses, which nobody else writes.
GRANT EXECUTE ON FUNCTION
answer_points(jsonb, jsonb, numeric),
derive_grades(uuid[]),
grade_attempts(uuid[]),
grade_attempt(uuid),
regrade_assessment(uuid)
TO lms_service;

-- A learner's own events and sessions.
GRANT EXECUTE ON FUNCTION
record_my_interactions(jsonb),
is_claimable_time(timestamptz),
is_recent_transaction()
TO lms_learner;

-- Logging in and out.
GRANT EXECUTE ON FUNCTION
open_session(text, uuid, interval, text),
close_session(text)
TO lms_auth;

-- Consents and disclosures: by a backend and by who handles requests; and one's own consents.
GRANT EXECUTE ON FUNCTION
record_consent(uuid, text, text, text, uuid, text, text, bytea, text, text, timestamptz),
has_consent(uuid, text, text, timestamptz),
has_directory_opt_out(uuid, timestamptz),
record_disclosure(uuid, text, text, text[], text, text, text, bigint, jsonb, text)
TO lms_service, lms_privacy;

GRANT EXECUTE ON FUNCTION
record_my_consent(uuid, text, text, text, text, bytea, text, text, timestamptz)
TO lms_learner, lms_guardian;

-- Whether the audit log is what it was, with what it calls.
GRANT EXECUTE ON FUNCTION
check_audit_log(bigint, bytea),
audit_rows_hash(int8multirange),
audit_seal_hash(bigint, timestamptz, int8multirange, bytea, timestamptz, bytea)
TO lms_auditor;

-- Reports, which give nobody away. Nothing else is an analyst's.
GRANT EXECUTE ON FUNCTION
report_course_outcomes(),
report_engagement(),
report_assessments()
TO lms_analyst;

-- What policies call, with the rights of who asks.
GRANT EXECUTE ON FUNCTION
session_assessments(),
session_courses(),
session_current_courses(),
session_institution_assessments(),
session_institution_courses(),
session_institution_learners(),
session_institution_sections(),
session_institutions(),
session_open_courses(),
session_own_institution(),
session_person(),
session_roster(),
session_taught_assessments(),
session_taught_courses(),
session_taught_institutions(),
session_taught_sections(),
session_ward_courses(),
session_ward_institutions(),
session_wards()
TO lms_learner, lms_guardian, lms_instructor, lms_registrar;

-- Requests of access and of erasure, and whether the register is complete.
GRANT EXECUTE ON FUNCTION
export_learner_data(uuid),
erase_learner(uuid),
unmapped_columns()
TO lms_privacy;
