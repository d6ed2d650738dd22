-- Every item is public again.
DROP TABLE growth_points;

DROP TRIGGER content_tags_take_rights ON content_tags;
DROP FUNCTION content_tags_take_rights();

DROP INDEX idx_content_tags_newest;
CREATE INDEX idx_content_tags_newest ON content_tags (tag_id, content_id DESC, source_type);

ALTER TABLE content_tags DROP CONSTRAINT content_tags_item_fkey;
ALTER TABLE content_tags DROP COLUMN creator_id, DROP COLUMN visibility;
ALTER TABLE content_tags ADD FOREIGN KEY (content_id, source_type)
    REFERENCES content_items_all (id, source_type) ON DELETE CASCADE ON UPDATE CASCADE;

DROP INDEX idx_content_with_rights,
    idx_content_newest, idx_content_updated, idx_content_best, idx_content_title,
    idx_content_creator_newest, idx_content_creator_updated, idx_content_creator_best,
    idx_content_creator_title;

UPDATE deleted_items SET item = item - 'visibility';
ALTER TABLE users DROP COLUMN default_visibility;
ALTER TABLE content_items_all DROP COLUMN visibility;

CREATE INDEX idx_content_newest
    ON content_items_all (created_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_updated
    ON content_items_all (updated_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_best
    ON content_items_all (quality_score DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_title
    ON content_items_all (title, id) INCLUDE (creator_id);
CREATE INDEX idx_content_creator_newest
    ON content_items_all (creator_id, created_at DESC, id DESC);
CREATE INDEX idx_content_creator_updated
    ON content_items_all (creator_id, updated_at DESC, id DESC);
CREATE INDEX idx_content_creator_best
    ON content_items_all (creator_id, quality_score DESC, id DESC);
CREATE INDEX idx_content_creator_title
    ON content_items_all (creator_id, title, id);
