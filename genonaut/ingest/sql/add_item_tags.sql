-- The foreign key to the partitioned table is checked for each row, and PostgreSQL would make a new
-- plan each time: that takes twice as long as all the rest of the batch.
SET LOCAL plan_cache_mode = force_generic_plan;

INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
SELECT batch.id, batch.source_type, tags.id, item.creator_id, item.visibility
FROM import_batch AS batch
JOIN content_items_all AS item USING (id, source_type)
CROSS JOIN unnest(batch.tags) AS name
JOIN tags USING (name);

-- What follows has arrays of names for parameters: it is planned for these.
SET LOCAL plan_cache_mode TO DEFAULT;
