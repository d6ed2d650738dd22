-- Keys whose row of {{ owner }} is being deleted at this moment are left for the next fold: waiting
-- could deadlock. A key whose row is gone gets no new count. (A count that it has is there only
-- because the foreign key was bypassed; that may come to zero. Then {{ name }}_forget_owner enters
-- what it was, and `counts_forgotten` the opposite.)
-- Written such that no plan compares rows with rows one by one, whatever the planner knows of them.
owners_staying AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }})
    FOR KEY SHARE SKIP LOCKED
),
owners_leaving AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }} EXCEPT SELECT id FROM owners_staying)
),
entries_taken AS (
    DELETE FROM {{ ledger }} AS entry
    WHERE NOT EXISTS (SELECT FROM owners_leaving WHERE owners_leaving.id = entry.{{ key }})
    RETURNING entry.{{ key }}, entry.{{ category }}, entry.delta
),
