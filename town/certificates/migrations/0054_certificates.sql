-- Certificates of goods: which types there are, which kinds of goods need which for which market,
-- and which of a maker's certificates cover which products.

CREATE TABLE certificate_types (
    slug TEXT PRIMARY KEY,            -- locales: certificates.type_SLUG
    market TEXT NOT NULL,             -- of which market it is the mark: 'home', 'eu', 'uk', 'us', …
    is_town TEXT NOT NULL DEFAULT '', -- 'yes': the base issues it itself (the quality mark)
    position INTEGER NOT NULL
);
INSERT INTO certificate_types (slug, market, is_town, position) VALUES
    ('ccc', 'home', '', 1),
    ('energy', 'home', '', 2),
    ('ce', 'eu', '', 3),
    ('ukca', 'uk', '', 4),
    ('ul', 'us', '', 5),
    ('pse', 'jp', '', 6),
    ('kc', 'kr', '', 7),
    ('rcm', 'au', '', 8),
    ('gmark', 'gulf', '', 9),
    ('bis', 'in', '', 10),
    ('town_mark', 'home', 'yes', 11);

-- Without a valid one, goods of the kind, and of all kinds below it, are not sold on that market.
CREATE TABLE certificate_rules (
    kind_id INTEGER NOT NULL REFERENCES kinds (id),
    type TEXT NOT NULL REFERENCES certificate_types (slug),
    market TEXT NOT NULL,
    PRIMARY KEY (kind_id, type, market)
);

-- Days are the town's, YYYY-MM-DD; a certificate is valid through its last one.
CREATE TABLE certificates (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    type TEXT NOT NULL REFERENCES certificate_types (slug),
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 60),
    class TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT '',
    issued_on TEXT NOT NULL,
    valid_until TEXT NOT NULL,        -- '9999-12-31': without an end
    scan TEXT,                        -- an object's id (store/objects.h)
    scan_type TEXT,
    status TEXT NOT NULL CHECK (status IN ('review', 'valid', 'returned', 'expired', 'revoked')),
    replaces INTEGER REFERENCES certificates (id),
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX certificates_by_organisation ON certificates (organisation_id, status, id);
CREATE INDEX certificates_by_end ON certificates (status, valid_until, id);
CREATE UNIQUE INDEX certificates_by_number ON certificates (type, number) WHERE status = 'valid';

CREATE TABLE certificate_products (
    certificate_id INTEGER NOT NULL REFERENCES certificates (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    PRIMARY KEY (certificate_id, product_id)
);
CREATE INDEX certificate_products_by_product ON certificate_products (product_id, certificate_id);

CREATE TABLE certificate_events (
    id INTEGER PRIMARY KEY,
    certificate_id INTEGER NOT NULL REFERENCES certificates (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: the system
    event TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX certificate_events_by_certificate ON certificate_events (certificate_id, id);

-- What keeps a product from being sold at home: certificate types with a blank between, or 'export'
-- when its maker sells it abroad only. Kept by town/certificates; the hall reads it.
ALTER TABLE products ADD COLUMN lacks TEXT NOT NULL DEFAULT '';

-- What a maker has ticked off on the way from export to the home market.
CREATE TABLE home_checks (
    product_id INTEGER NOT NULL REFERENCES products (id),
    item TEXT NOT NULL,               -- locales: certificates.check_ITEM
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (product_id, item)
);
