-- A folder whose pictures are shown from where they are. The folders of the settings have no row.
CREATE TABLE library_roots (
    name  varchar(64) PRIMARY KEY,
    path  text NOT NULL UNIQUE
);

-- Every file that may be served; `name` is what an item's `content_data` holds.
CREATE TABLE library_files (
    name           text PRIMARY KEY,
    root           varchar(64) NOT NULL,
    sha256         bytea NOT NULL,
    bytes          bigint NOT NULL,
    modified_ns    bigint NOT NULL,
    media_type     varchar(50) NOT NULL,
    width          integer NOT NULL,
    height         integer NOT NULL,
    colour         char(7),
    missing_since  timestamptz,
    added_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_library_files_sha256 ON library_files (sha256);

-- What an import made of a path: an unchanged one need not be read again.
CREATE TABLE library_seen (
    path_digest  bytea PRIMARY KEY,
    bytes        bigint NOT NULL,
    modified_ns  bigint NOT NULL,
    import_key   text,
    reason       text
);
