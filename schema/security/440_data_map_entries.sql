-- Read through data_map, written by the owner.
REVOKE ALL ON data_map_entries FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE data_map_entries ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
