-- What completing tags takes: names are found by their beginning. By code points, so that what begins
-- alike is one stretch, also where the database has another collation.
CREATE INDEX idx_tags_beginning ON tags (name COLLATE "C");

-- What a user has searched for, each search once. Only that user sees it, and may turn it off.
ALTER TABLE users ADD COLUMN keeps_searches boolean NOT NULL DEFAULT true;

CREATE TABLE search_history (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id           uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    search_query      varchar(500) NOT NULL,
    search_count      bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_searched_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT search_history_once UNIQUE (user_id, search_query)
);
CREATE INDEX idx_search_history_newest ON search_history (user_id, last_searched_at DESC, id DESC);
