{% from "base/summary.sql" import sums, formulas, preferred, comments %}
{% set types = sources.learning_interactions.types %}
-- What the tables add up to for each learner, and the figures that follow: each refresh adds what
-- is queued, and learner_progress_analytics reads nothing else. Sums are integers, so that nothing
-- drifts; figures are generated, so that each is defined once. Half of the rows change at a refresh
-- of a busy site: fillfactor leaves their new versions room on the page, and the key, the only
-- index, does not change.
CREATE TABLE learner_summary (
    learner_id uuid PRIMARY KEY,
    changed_at timestamptz NOT NULL DEFAULT now(),
    learning_style learning_style,
    academic_level academic_level,
    preferred_difficulty difficulty_level,
{{ sums(learner.shown) }},
{{ formulas(learner.formulas) }},
    preferred_interaction_type interaction_type GENERATED ALWAYS AS (
{{ preferred(types) }}
    ) STORED,
{{ sums(learner.columns | reject("in", learner.shown)) }},
{{ sums(types) }}
) WITH (fillfactor = 50);

COMMENT ON TABLE learner_summary IS
'Sums and figures of each learner as of the last refresh; written by refresh_learning_analytics '
'and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_summary.learner_id IS
'Learner. No foreign key: what is queued of a deleted one is yet to be taken out.';
COMMENT ON COLUMN learner_summary.changed_at IS
'Refresh at which a figure or a copied column last changed.';
COMMENT ON COLUMN learner_summary.learning_style IS
'Copy of the learner''s, as of the last refresh.';
COMMENT ON COLUMN learner_summary.academic_level IS
'Copy of the learner''s, as of the last refresh; NULL: there is no such learner any more, or '
'not yet.';
COMMENT ON COLUMN learner_summary.preferred_difficulty IS
'Copy of the learner''s, as of the last refresh.';
{{ comments("learner_summary", learner.columns + learner.formulas + types) }}
COMMENT ON COLUMN learner_summary.preferred_interaction_type IS
'Most frequent type; of equals the first label.';
