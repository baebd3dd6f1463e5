-- What each column of each table holds of persons, and what becomes of it: the register that
-- export_learner_data and erase_learner go by. The lists below are its only source; a project adds
-- its own columns to data_map_entries. Materialized views are in it, since they store what they
-- show. unmapped_columns() finds a column without a line.
CREATE OR REPLACE VIEW data_map AS
WITH activity (name, purpose, legal_basis, retention) AS (
    VALUES
    (
        'content', 'Offering courses and assessments.',
        'No personal data.',
        'As long as the institution offers it.'
    ),
    (
        'accounts', 'Knowing who learns, who answers for them and who works with them.',
        'GDPR Art. 6(1)(b), of a public institution (e); FERPA education record (34 CFR 99.3).',
        'Until the person is erased.'
    ),
    (
        'access', 'Letting persons see what is theirs, and nobody else.',
        'GDPR Art. 6(1)(f), Art. 32.',
        'Sessions until they ended, or as retention_policies say.'
    ),
    (
        'teaching', 'Teaching and examining, with progress, grades and feedback.',
        'GDPR Art. 6(1)(b), of a public institution (e); FERPA education record (34 CFR 99.3).',
        'Until the person is erased; then without the person.'
    ),
    (
        'events', 'Following what learners do in a course, for progress and for help in time.',
        'GDPR Art. 6(1)(b), of a public institution (e); FERPA education record (34 CFR 99.3).',
        'As retention_policies say, by months; without the person from erasure on.'
    ),
    (
        'analytics', 'Figures of learners and courses, derived from what was taught.',
        'GDPR Art. 6(1)(f), of a public institution (e).',
        'As long as what they are derived from.'
    ),
    (
        'audit', 'Showing who changed grades, and who was given authority.',
        'GDPR Art. 5(1)(f), 5(2), Art. 6(1)(c).',
        'As retention_policies say, by months.'
    ),
    (
        'accountability', 'Showing that the duties to the persons are kept.',
        'GDPR Art. 5(2), Art. 30, Art. 6(1)(c).',
        'As the institution decides; nothing deletes it.'
    )
),

held (activity, table_name, subject, category, on_erase, is_exported, column_names) AS (
    VALUES
    (
        'content', 'educational_institutions', 'none', 'none', 'keep', FALSE,
        '{
            id, name, type, accreditation_info, educational_standards, learning_analytics_config,
            created_at, updated_at
        }'
    ),
    (
        'content', 'educational_courses', 'none', 'none', 'keep', FALSE,
        '{
            id, institution_id, title, description, course_code, learning_objectives,
            difficulty_level, academic_credits, estimated_duration_hours,
            learning_theory_foundation, assessment_strategy, prerequisite_knowledge,
            content_format, delivery_method, ai_generated, ai_generation_metadata,
            content_quality_score, status, published_at, academic_term, enrollment_count,
            completion_rate, average_rating, learning_effectiveness_score, created_at, updated_at,
            metrics_as_of, rating_count, rating_sum, ratings_version, completion_rule,
            derive_sessions
        }'
    ),
    (
        'content', 'learning_modules', 'none', 'none', 'keep', FALSE,
        '{
            id, course_id, title, description, module_order, learning_objectives,
            bloom_taxonomy_level, estimated_duration_minutes, prerequisite_modules,
            unlock_criteria, has_assessment, assessment_weight, minimum_passing_score,
            content_type, interaction_requirements, created_at, updated_at
        }'
    ),
    (
        'content', 'learning_sections', 'none', 'none', 'keep', FALSE,
        '{
            id, module_id, title, section_order, content_type, content_data, learning_activities,
            section_objectives, assessment_criteria, difficulty_adaptations,
            accessibility_adaptations, estimated_reading_time, minimum_engagement_time,
            unlock_conditions, completion_criteria, created_at, updated_at, course_id
        }'
    ),
    (
        'content', 'course_structure', 'none', 'none', 'keep', FALSE,
        '{course_id, version, sections}'
    ),
    (
        'content', 'educational_assessments', 'none', 'none', 'keep', FALSE,
        '{
            id, course_id, section_id, title, assessment_type, format, learning_objectives,
            assessment_criteria, bloom_taxonomy_levels, total_points, passing_score,
            weight_in_course, time_limit_minutes, available_from, available_until,
            attempts_allowed, questions, correct_answers, explanation_texts, difficulty_rating,
            discrimination_index, reliability_coefficient, created_at, updated_at, rules_version
        }'
    ),
    ('accounts', 'learners', 'learner', 'identifier', 'stub', TRUE, '{id}'),
    (
        'accounts', 'learners', 'learner', 'quasi', 'keep', TRUE,
        '{institution_id, academic_level}'
    ),
    (
        'accounts', 'learners', 'learner', 'direct', 'stub', TRUE,
        '{email, first_name, last_name}'
    ),
    (
        'accounts', 'learners', 'learner', 'quasi', 'null', TRUE,
        '{learning_style, preferred_difficulty, learning_pace, last_login}'
    ),
    (
        'accounts', 'learners', 'learner', 'content', 'empty', TRUE,
        '{
            accessibility_needs, notification_preferences, data_consent, privacy_settings,
            learning_analytics_profile, adaptive_learning_data
        }'
    ),
    ('accounts', 'learners', 'learner', 'quasi', 'stub', TRUE, '{created_at, updated_at}'),
    ('accounts', 'guardian_links', 'guardian', 'identifier', 'delete', TRUE, '{guardian_id}'),
    ('accounts', 'guardian_links', 'learner', 'identifier', 'delete', TRUE, '{learner_id}'),
    ('accounts', 'guardian_links', 'learner', 'education', 'delete', TRUE, '{valid_until}'),
    ('accounts', 'course_staff', 'staff', 'quasi', 'delete', TRUE, '{course_id, valid_until}'),
    ('accounts', 'course_staff', 'staff', 'identifier', 'delete', TRUE, '{person_id}'),
    (
        'accounts', 'institution_staff', 'staff', 'quasi', 'delete', TRUE,
        '{institution_id, valid_until}'
    ),
    ('accounts', 'institution_staff', 'staff', 'identifier', 'delete', TRUE, '{person_id}'),
    ('access', 'access_sessions', 'person', 'quasi', 'delete', FALSE, '{token_hash}'),
    ('access', 'access_sessions', 'person', 'identifier', 'delete', TRUE, '{person_id}'),
    (
        'access', 'access_sessions', 'person', 'quasi', 'delete', TRUE,
        '{purpose, opened_at, expires_at}'
    ),
    (
        'access', 'access_settings', 'none', 'none', 'keep', FALSE,
        '{id, identity_source}'
    ),
    (
        'teaching', 'course_enrollments', 'learner', 'education', 'keep', TRUE,
        '{
            id, course_id, enrollment_date, enrollment_type, academic_term,
            expected_completion_date, overall_progress, last_accessed, total_time_spent,
            current_grade, completion_status, completion_date, final_grade, engagement_score,
            learning_velocity, created_at, updated_at, section_count, progress_sum, seconds_sum,
            measures_version
        }'
    ),
    ('teaching', 'course_enrollments', 'learner', 'identifier', 'rekey', TRUE, '{learner_id}'),
    (
        'teaching', 'course_enrollments', 'learner', 'content', 'empty', TRUE,
        '{personal_learning_goals}'
    ),
    (
        'teaching', 'course_enrollments', 'learner', 'content', 'null', TRUE,
        '{study_schedule, understanding_assessment}'
    ),
    ('teaching', 'learner_courses', 'learner', 'identifier', 'follow', FALSE, '{learner_id}'),
    (
        'teaching', 'learner_courses', 'learner', 'education', 'follow', FALSE,
        '{course_id, structure_version, changes, versionless_course_id}'
    ),
    (
        'teaching', 'section_progress', 'learner', 'education', 'keep', TRUE,
        '{
            id, section_id, course_id, status, completion_percentage, first_accessed,
            last_accessed, total_time_spent, active_learning_time, interaction_count,
            meaningful_interactions, help_requests, comprehension_score, retention_score,
            application_score, completion_timestamp, validation_method, created_at, updated_at,
            comprehension_n, retention_n, application_n, comprehension_sum, retention_sum,
            application_sum, measures_version, supplied
        }'
    ),
    ('teaching', 'section_progress', 'learner', 'identifier', 'rekey', TRUE, '{learner_id}'),
    (
        'teaching', 'section_progress', 'learner', 'content', 'empty', TRUE,
        '{completion_criteria_met}'
    ),
    (
        'teaching', 'section_progress', 'learner', 'content', 'null', TRUE,
        '{learning_pattern, struggle_indicators, mastery_indicators}'
    ),
    (
        'teaching', 'section_progress_history', 'learner', 'identifier', 'follow', TRUE,
        '{learner_id}'
    ),
    (
        'teaching', 'section_progress_history', 'learner', 'education', 'follow', TRUE,
        '{section_id, id, changed_at, previous_percentage, percentage}'
    ),
    (
        'teaching', 'expired_interaction_totals', 'learner', 'identifier', 'rekey', TRUE,
        '{learner_id}'
    ),
    (
        'teaching', 'expired_interaction_totals', 'learner', 'education', 'keep', TRUE,
        '{
            section_id, course_id, first_accessed, last_accessed, total_time_spent,
            active_learning_time, interaction_count, meaningful_interactions, help_requests,
            comprehension_n, comprehension_sum, application_n, application_sum, retention_n,
            retention_sum, last_tested, was_successful
        }'
    ),
    (
        'events', 'learning_interactions', 'learner', 'education', 'keep', TRUE,
        '{
            id, section_id, course_id, interaction_type, bloom_taxonomy_level, difficulty_level,
            duration_seconds, outcome, learning_effectiveness, timestamp, sectionless_course_id
        }'
    ),
    (
        'events', 'learning_interactions', 'learner', 'identifier', 'rekey', TRUE,
        '{learner_id}'
    ),
    (
        'events', 'learning_interactions', 'learner', 'content', 'null', TRUE,
        '{
            interaction_subtype, learning_objective, knowledge_demonstration,
            misconception_indicators, personalization_data, difficulty_adjustment,
            learning_environment
        }'
    ),
    (
        'events', 'learning_interactions', 'learner', 'content', 'empty', TRUE,
        '{interaction_data}'
    ),
    (
        'events', 'learning_interactions', 'learner', 'quasi', 'null', TRUE,
        '{device_type, session_id}'
    ),
    ('events', 'interaction_times', 'none', 'none', 'keep', FALSE, '{id, timestamp}'),
    (
        'teaching', 'learning_sessions', 'learner', 'education', 'keep', TRUE,
        '{
            id, course_id, session_start, session_end, duration_minutes, engagement_level,
            distraction_count, focus_score, productivity_score, sections_completed,
            interactions_completed, assessments_taken, progress_percentage_gain,
            collaboration_occurred, created_at, updated_at, derived, supplied, derivations
        }'
    ),
    ('teaching', 'learning_sessions', 'learner', 'identifier', 'rekey', TRUE, '{learner_id}'),
    (
        'teaching', 'learning_sessions', 'learner', 'content', 'null', TRUE,
        '{
            intended_goals, actual_accomplishments, focus_areas, concepts_learned,
            skills_practiced, knowledge_gaps_identified, study_environment, study_materials_used
        }'
    ),
    (
        'teaching', 'assessment_attempts', 'learner', 'education', 'keep', TRUE,
        '{
            id, assessment_id, attempt_number, started_at, submitted_at, time_spent_minutes, score,
            percentage_score, passed, completion_status, created_at, updated_at, rules_version,
            analyses, objective_points
        }'
    ),
    (
        'teaching', 'assessment_attempts', 'learner', 'identifier', 'rekey', TRUE,
        '{learner_id}'
    ),
    ('teaching', 'assessment_attempts', 'learner', 'content', 'empty', TRUE, '{responses}'),
    (
        'teaching', 'assessment_attempts', 'learner', 'content', 'null', TRUE,
        '{
            response_patterns, knowledge_gaps, strength_areas, automated_feedback,
            instructor_feedback, improvement_suggestions, device_info
        }'
    ),
    (
        'teaching', 'assessment_attempts', 'learner', 'education', 'null', TRUE,
        '{computed_score}'
    ),
    ('teaching', 'assessment_attempts', 'learner', 'education', 'empty', TRUE, '{supplied}'),
    (
        'teaching', 'course_ratings', 'learner', 'education', 'keep', TRUE,
        '{course_id, rating, created_at, updated_at}'
    ),
    ('teaching', 'course_ratings', 'learner', 'identifier', 'rekey', TRUE, '{learner_id}'),
    ('teaching', 'course_ratings', 'learner', 'content', 'null', TRUE, '{review}'),
    ('analytics', 'learner_summary', 'learner', 'identifier', 'follow', TRUE, '{learner_id}'),
    (
        'analytics', 'learner_summary', 'learner', 'education', 'follow', TRUE,
        '{
            changed_at, learning_style, academic_level, preferred_difficulty, enrollments,
            completed, time_sum, attempts, sessions, average_course_progress,
            overall_comprehension, overall_retention, overall_application,
            average_assessment_performance, average_session_duration, average_engagement_level,
            average_focus_score, average_productivity_score, interaction_learning_effectiveness,
            preferred_interaction_type, progress_sum, progress_rows, comprehension_sum,
            comprehension_count, retention_sum, retention_count, application_sum,
            application_count, best_sum, best_count, duration_sum, duration_count, level_sum,
            level_count, focus_sum, focus_count, productivity_sum, productivity_count,
            effectiveness_sum, effectiveness_count, content_view, knowledge_check,
            practice_activity, reflection, discussion, help_request, navigation
        }'
    ),
    (
        'analytics', 'learner_course_summary', 'learner', 'identifier', 'follow', TRUE,
        '{learner_id}'
    ),
    (
        'analytics', 'learner_course_summary', 'learner', 'education', 'follow', TRUE,
        '{
            course_id, enrollments, progress_rows, comprehension_sum, comprehension_count,
            retention_sum, retention_count, application_sum, application_count, interactions_sum,
            meaningful_sum, attempts, best_sum, best_count
        }'
    ),
    (
        'analytics', 'learner_assessment_summary', 'learner', 'identifier', 'follow', TRUE,
        '{learner_id}'
    ),
    (
        'analytics', 'learner_assessment_summary', 'learner', 'education', 'follow', TRUE,
        '{assessment_id, course_id, attempts, best}'
    ),
    (
        'analytics', 'learner_day_summary', 'learner', 'identifier', 'follow', TRUE,
        '{learner_id}'
    ),
    (
        'analytics', 'learner_day_summary', 'learner', 'education', 'follow', TRUE,
        '{course_id, utc_day, interactions, meaningful_interactions, seconds_sum}'
    ),
    (
        'analytics', 'learner_progress_analytics', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'learner_progress_analytics', 'learner', 'education', 'follow', FALSE,
        '{
            learning_style, academic_level, preferred_difficulty, courses_enrolled,
            courses_completed, average_course_progress, total_learning_time_minutes,
            average_session_duration, total_learning_sessions, overall_comprehension,
            overall_retention, overall_application, average_engagement_level, average_focus_score,
            average_productivity_score, average_assessment_performance, total_assessments_taken,
            preferred_interaction_type, interaction_learning_effectiveness, last_updated
        }'
    ),
    (
        'analytics', 'course_summary', 'none', 'none', 'keep', FALSE,
        '{
            course_id, course_title, difficulty_level, enrollments, completed, progress_sum,
            time_sum, engagement_sum, engagement_count, progress_rows, comprehension_sum,
            comprehension_count, retention_sum, retention_count, application_sum,
            application_count, interactions_sum, meaningful_sum, attempts, best_sum, best_count,
            average_progress, average_time_spent_minutes, average_engagement_score,
            average_comprehension, average_retention, average_application,
            average_interactions_per_section, average_meaningful_interactions,
            average_assessment_score, changed_at
        }'
    ),
    (
        'analytics', 'learning_analytics_dashboard', 'none', 'none', 'keep', FALSE,
        '{
            course_id, course_title, difficulty_level, total_enrollments, completed_learners,
            average_progress, average_time_spent_minutes, average_engagement_score,
            average_comprehension, average_retention, average_application,
            average_interactions_per_section, average_meaningful_interactions,
            average_assessment_score, total_assessment_attempts, last_updated
        }'
    ),
    (
        'analytics', 'course_enrollments_delta', 'learner', 'education', 'follow', FALSE,
        '{
            id, course_id, enrollments, completed, progress_sum, time_sum, engagement_sum,
            engagement_count
        }'
    ),
    (
        'analytics', 'course_enrollments_delta', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'section_progress_delta', 'learner', 'education', 'follow', FALSE,
        '{
            id, course_id, progress_rows, comprehension_sum, comprehension_count, retention_sum,
            retention_count, application_sum, application_count, interactions_sum, meaningful_sum
        }'
    ),
    (
        'analytics', 'section_progress_delta', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'assessment_attempts_delta', 'learner', 'education', 'follow', FALSE,
        '{id, assessment_id, course_id}'
    ),
    (
        'analytics', 'assessment_attempts_delta', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'learning_sessions_delta', 'learner', 'education', 'follow', FALSE,
        '{
            id, course_id, is_derivation, sessions, duration_sum, duration_count, level_sum,
            level_count, focus_sum, focus_count, productivity_sum, productivity_count
        }'
    ),
    (
        'analytics', 'learning_sessions_delta', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'learning_interactions_delta', 'learner', 'education', 'follow', FALSE,
        '{
            id, course_id, utc_day, interaction_type, interactions, effectiveness_sum,
            effectiveness_count, seconds_sum
        }'
    ),
    (
        'analytics', 'learning_interactions_delta', 'learner', 'identifier', 'follow', FALSE,
        '{learner_id}'
    ),
    (
        'analytics', 'analytics_refresh_log', 'none', 'none', 'keep', FALSE,
        '{id, view_name, started_at, finished_at, row_count, rows_changed}'
    ),
    (
        'analytics', 'assessment_objective_totals', 'none', 'none', 'keep', FALSE,
        '{id, assessment_id, objective_id, points, most_points, is_joined}'
    ),
    (
        'analytics', 'analytics_rebuild_request', 'none', 'none', 'keep', FALSE,
        '{id, reason, requested_at, course_id}'
    ),
    (
        'accountability', 'data_map_entries', 'none', 'none', 'keep', FALSE,
        '{
            table_name, column_name, subject, category, on_erase, is_exported, purpose,
            legal_basis, retention
        }'
    ),
    (
        'accountability', 'legal_holds', 'learner', 'education', 'delete', TRUE,
        '{id, held_until, placed_at}'
    ),
    ('accountability', 'legal_holds', 'learner', 'identifier', 'delete', TRUE, '{learner_id}'),
    ('accountability', 'legal_holds', 'learner', 'content', 'delete', FALSE, '{reason}'),
    ('accountability', 'legal_holds', 'staff', 'quasi', 'delete', FALSE, '{placed_by}'),
    ('accountability', 'erasures', 'learner', 'identifier', 'keep', FALSE, '{learner_id}'),
    (
        'accountability', 'erasures', 'learner', 'education', 'keep', FALSE,
        '{erased_at, erased_rows}'
    ),
    ('accountability', 'erasures', 'staff', 'quasi', 'keep', FALSE, '{erased_by}'),
    (
        'accountability', 'retention_policies', 'none', 'none', 'keep', FALSE,
        '{what, keep_for, legal_basis, decided_at}'
    ),
    (
        'accountability', 'retention_log', 'none', 'none', 'keep', FALSE,
        '{id, what, lower_bound, upper_bound, rows_gone, gone_at}'
    ),
    ('accountability', 'retention_log', 'staff', 'quasi', 'keep', FALSE, '{gone_by}'),
    ('accountability', 'consent_events', 'learner', 'identifier', 'keep', TRUE, '{learner_id}'),
    (
        'accountability', 'consent_events', 'learner', 'education', 'keep', TRUE,
        '{
            id, purpose, third_party, regime, action, capacity, notice_version, notice_hash, method,
            recorded_at, expires_at
        }'
    ),
    ('accountability', 'consent_events', 'person', 'quasi', 'keep', FALSE, '{given_by}'),
    ('accountability', 'disclosures', 'learner', 'identifier', 'keep', TRUE, '{learner_id}'),
    (
        'accountability', 'disclosures', 'learner', 'education', 'keep', TRUE,
        '{
            id, action, request_id, party, records, legitimate_interest, basis, purpose,
            redisclosures, emergency_threat, recorded_at
        }'
    ),
    ('accountability', 'disclosures', 'staff', 'quasi', 'keep', FALSE, '{recorded_by}'),
    ('audit', 'audit_log', 'learner', 'identifier', 'keep', TRUE, '{learner_id}'),
    (
        'audit', 'audit_log', 'learner', 'education', 'keep', TRUE,
        '{id, recorded_at, table_name, operation, changed_columns, old_values, new_values}'
    ),
    (
        'audit', 'audit_log', 'person', 'quasi', 'keep', FALSE,
        '{row_key, person_id, role_name, login_name, application_name}'
    ),
    (
        'accountability', 'audit_seals', 'none', 'none', 'keep', FALSE,
        '{id, sealed_at, row_ids, rows_hash, hash, expired_before}'
    )
),

line AS (
    SELECT
        h.table_name,
        c.name AS column_name,
        h.subject,
        h.category,
        h.on_erase,
        h.is_exported,
        a.purpose,
        a.legal_basis,
        a.retention
    FROM held AS h
    INNER JOIN activity AS a ON h.activity = a.name
    CROSS JOIN LATERAL unnest(h.column_names::text[]) AS c (name)
)

SELECT
    l.table_name,
    l.column_name,
    l.subject,
    l.category,
    l.on_erase,
    l.is_exported,
    l.purpose,
    l.legal_basis,
    l.retention
FROM line AS l
UNION ALL
SELECT
    e.table_name,
    e.column_name,
    e.subject,
    e.category,
    e.on_erase,
    e.is_exported,
    e.purpose,
    e.legal_basis,
    e.retention
FROM data_map_entries AS e
WHERE
    NOT EXISTS (
        SELECT FROM line AS l
        WHERE l.table_name = e.table_name AND l.column_name = e.column_name
    );

COMMENT ON VIEW data_map IS
'The register of processing (GDPR Art. 30): for each column of each table and materialized view '
'what it holds of whom, what for, how long, and what becomes of it. Lines of data_map_entries '
'follow those of the package, and cannot change them.';
COMMENT ON COLUMN data_map.table_name IS 'Table or materialized view.';
COMMENT ON COLUMN data_map.column_name IS 'Column.';
COMMENT ON COLUMN data_map.subject IS
'Whose data it is: learner, guardian, staff, person (whoever works with the platform), or none. '
'The rows of a subject are those in which an identifier of that subject is theirs.';
COMMENT ON COLUMN data_map.category IS
'identifier: id of the person; direct: names them; quasi: can tell who they are together with '
'others; education: what they did and reached; content: what they wrote or was written about them; '
'none: nothing of a person.';
COMMENT ON COLUMN data_map.on_erase IS
'What erase_learner does: keep; rekey: the id of a stub takes the place of theirs; follow: it is '
'derived, and follows by a foreign key or the refresh of the analytics; empty: the default of the '
'column, or else {} or the empty text; null; stub: the value of the stub; delete: the row goes. '
'Responses of attempts keep points, and the question_id of questions of the assessment, when '
'emptied, and nothing is derived from them anew.';
COMMENT ON COLUMN data_map.is_exported IS 'Whether export_learner_data hands it out.';
COMMENT ON COLUMN data_map.purpose IS 'What it is held for.';
COMMENT ON COLUMN data_map.legal_basis IS
'What usually allows that; the institution decides on its own.';
COMMENT ON COLUMN data_map.retention IS 'How long it is held.';
