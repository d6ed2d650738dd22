-- Items by how they were made. Only beginnings: metadata may have a megabyte there, and PostgreSQL
-- would refuse an item whose entry in an index is too long.

CREATE INDEX idx_content_model ON content_items_all (left(item_metadata ->> 'model', 200))
    WHERE left(item_metadata ->> 'model', 200) IS NOT NULL;
CREATE INDEX idx_content_seed ON content_items_all (left(item_metadata ->> 'seed', 40))
    WHERE left(item_metadata ->> 'seed', 40) IS NOT NULL;

-- Only after this does the planner know how often each model occurs.

ANALYZE content_items_all;
