-- The register is for who serves data subjects, and for auditors. It tells of columns, not of rows.
REVOKE ALL ON data_map FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON data_map TO lms_privacy, lms_auditor;
