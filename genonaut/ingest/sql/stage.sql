-- One batch of rows. Their ids are drawn here, in the order of the file.
CREATE TEMPORARY TABLE import_batch (
    id             bigint NOT NULL DEFAULT nextval('content_items_id_seq'),
    source_type    text NOT NULL,
    title          text NOT NULL,
    content_data   text NOT NULL,
    prompt         text NOT NULL,
    item_metadata  jsonb NOT NULL,
    username       text NOT NULL,
    created_at     timestamptz,
    quality_score  double precision NOT NULL,
    tags           text[] NOT NULL,
    path_thumb     text,
    visibility     text
) ON COMMIT DROP;
