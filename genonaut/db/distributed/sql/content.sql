-- Items lie by their creator, and so does all that refers to an item. Each unique key has the creator.
-- Foreign keys come back when both sides are where they belong.
ALTER TABLE content_items_all DROP CONSTRAINT content_items_all_creator_id_fkey;
ALTER TABLE content_tags DROP CONSTRAINT content_tags_item_fkey;
ALTER TABLE content_tags DROP CONSTRAINT content_tags_tag_id_fkey;
ALTER TABLE ratings DROP CONSTRAINT ratings_item_fkey;
ALTER TABLE ratings DROP CONSTRAINT ratings_user_id_fkey;
ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_bookmark_fkey;
ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_category_fkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_item_fkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_user_id_fkey;
DROP FUNCTION content_tags_take_rights() CASCADE;
DROP FUNCTION bookmarks_take_rights() CASCADE;
DROP FUNCTION bookmark_category_members_take_kind() CASCADE;

ALTER TABLE content_items_all DROP CONSTRAINT content_items_all_pkey;
ALTER TABLE content_items_all ADD PRIMARY KEY (id, source_type, creator_id);

ALTER TABLE content_tags DROP CONSTRAINT content_tags_pkey;
ALTER TABLE content_tags ADD PRIMARY KEY (content_id, source_type, tag_id, creator_id);

ALTER TABLE ratings DROP CONSTRAINT ratings_pkey;
ALTER TABLE ratings ADD PRIMARY KEY (content_id, source_type, user_id, creator_id);

ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_pkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_item_key;
ALTER TABLE bookmarks ADD PRIMARY KEY (id, creator_id);
ALTER TABLE bookmarks
    ADD CONSTRAINT bookmarks_item_key UNIQUE (user_id, content_id, source_type, creator_id);

ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_pkey;
ALTER TABLE bookmark_category_members ADD PRIMARY KEY (bookmark_id, category_id, creator_id);

-- What every node has: users, tags and albums. Their rows are few, and most that lies in a part refers
-- to them.
SELECT create_reference_table('users');
SELECT create_reference_table('tags');
SELECT create_reference_table('bookmark_categories');

SELECT create_distributed_table('content_items_all', 'creator_id', shard_count := :shards);
SELECT create_distributed_table('content_tags', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table('ratings', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table('bookmarks', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table(
    'bookmark_category_members', 'creator_id', colocate_with := 'content_items_all');

ALTER TABLE content_items_all ADD CONSTRAINT content_items_all_creator_id_fkey
    FOREIGN KEY (creator_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE content_tags ADD CONSTRAINT content_tags_tag_id_fkey
    FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE;
ALTER TABLE ratings ADD CONSTRAINT ratings_user_id_fkey
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE bookmarks ADD CONSTRAINT bookmarks_user_id_fkey
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_category_fkey
    FOREIGN KEY (category_id, user_id) REFERENCES bookmark_categories (id, user_id) ON DELETE CASCADE;
ALTER TABLE content_tags ADD CONSTRAINT content_tags_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE ratings ADD CONSTRAINT ratings_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE bookmarks ADD CONSTRAINT bookmarks_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_bookmark_fkey
    FOREIGN KEY (bookmark_id, user_id, content_id, creator_id, kind)
    REFERENCES bookmarks (id, user_id, content_id, creator_id, kind) ON DELETE CASCADE;

-- A transaction that has read what is spread may then add a user or a tag, which all nodes have: only if
-- it has read over one connection to a node.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET citus.multi_shard_modify_mode = %L',
                   current_database(), 'sequential');
END $$;
