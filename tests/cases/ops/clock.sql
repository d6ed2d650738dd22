-- A refresh that was made while the clock was three days ahead.
UPDATE gen_source_refreshes SET started_at = started_at + interval '3 days'
WHERE id = (SELECT max(id) FROM gen_source_refreshes);
