-- The hall as a catalogue that makers keep: kinds as a tree with the properties that goods of a kind
-- have, products that are written, reviewed and shown (hall_state.h), who changed what, and the
-- numbers on the goods.

ALTER TABLE kinds ADD COLUMN parent_id INTEGER REFERENCES kinds (id);
CREATE INDEX kinds_by_parent ON kinds (parent_id, position);

-- What is asked of goods of a kind and of all below it. A word is one of `words`, keys of locales/
-- under hall.word_; a count has a unit and may be in thousandths ('milli').
CREATE TABLE kind_attributes (
    kind_id INTEGER NOT NULL REFERENCES kinds (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,               -- locales: hall.spec_NAME
    kind TEXT NOT NULL CHECK (kind IN ('count', 'milli', 'word')),
    unit TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT '',   -- "steel_304 steel_316"
    least INTEGER NOT NULL DEFAULT 0,
    most INTEGER NOT NULL DEFAULT 0,  -- 0: no bound
    is_required INTEGER NOT NULL DEFAULT 0 CHECK (is_required IN (0, 1)),
    PRIMARY KEY (kind_id, name)
);

-- A fourth state, between draft and on: in review.
DROP INDEX products_by_kind;
DROP INDEX products_by_organisation;
DROP INDEX products_by_price;
ALTER TABLE products RENAME COLUMN status TO former_status;
ALTER TABLE products ADD COLUMN status TEXT NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'review', 'on', 'off'));
UPDATE products SET status = former_status;
ALTER TABLE products DROP COLUMN former_status;
CREATE INDEX products_by_kind ON products (kind_id, status, id);
CREATE INDEX products_by_organisation ON products (organisation_id, status, id);
CREATE INDEX products_by_price ON products (status, price_fen);

-- The fields of product_field.c.
ALTER TABLE products ADD COLUMN moq INTEGER NOT NULL DEFAULT 1 CHECK (moq >= 1);
ALTER TABLE products ADD COLUMN lead_days INTEGER CHECK (lead_days >= 0);
ALTER TABLE products ADD COLUMN warranty_months INTEGER CHECK (warranty_months >= 0);
ALTER TABLE products ADD COLUMN hs_code TEXT;
ALTER TABLE products ADD COLUMN market TEXT NOT NULL DEFAULT 'both'
    CHECK (market IN ('home', 'export', 'both'));
ALTER TABLE products ADD COLUMN video_url TEXT;

ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1; -- counts what was saved
ALTER TABLE products ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN shown_at INTEGER; -- since when it is on, or was for the last time
UPDATE products SET updated_at = created_at;
UPDATE products SET shown_at = created_at WHERE status = 'on';

ALTER TABLE skus ADD COLUMN gtin TEXT CHECK (length(gtin) BETWEEN 8 AND 14);
CREATE UNIQUE INDEX skus_by_gtin ON skus (gtin) WHERE gtin IS NOT NULL;

-- Who did what to a product, and when: append-only. `changes` is a JSON list of
-- {"field", "from", "to"}; a SKU's field is "sku:CODE:FIELD", a property's "spec:NAME".
CREATE TABLE product_events (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: the system
    event TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    version INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',          -- why, in the words of who did it
    changes TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX product_events_by_product ON product_events (product_id, id);
