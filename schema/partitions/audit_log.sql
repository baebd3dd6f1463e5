-- The partitions of the audit log: history, this month and the next twelve. Run at every migrate;
-- makes only what is missing.
SELECT ensure_month_partitions('audit_log');
