-- One row, as `state` of a count in one place (counting/sql/metrics.sql). What is written of parts is
-- asked where they lie, by one function for each; a part that is away is left out.
SELECT
    (SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8
       FROM :name_refreshes
      WHERE outcome <> 'failed' AND started_at <= clock_timestamp()) AS age,
    good.duration_seconds AS duration, good.rows_checked, good.rows_wrong, good.largest_error,
    (SELECT outcome FROM :name_refreshes ORDER BY id DESC LIMIT 1) AS last_outcome,
    (SELECT coalesce(jsonb_object_agg(outcome, records), '{}')
       FROM (SELECT outcome, count(*) AS records FROM :name_refreshes GROUP BY outcome)
         AS kept) AS outcomes,
    ledger.ledger_rows, NULL::bigint AS stored_rows, ledger.rows_written, ledger.rows_folded
FROM (
    SELECT sum((result::jsonb ->> 'rows')::bigint)::bigint AS ledger_rows,
           sum((result::jsonb ->> 'written')::bigint)::bigint AS rows_written,
           sum((result::jsonb ->> 'folded')::bigint)::bigint AS rows_folded
    FROM run_command_on_placements(':name_deltas', 'SELECT ledger_state(''%s''::regclass)')
    WHERE success
) AS ledger
LEFT JOIN (
    SELECT * FROM :name_refreshes WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1
) AS good ON true
