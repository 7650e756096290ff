-- Factories: what the base must know of an organisation that makes goods, how it was admitted, and
-- who acts for it. Names and what it makes stay with its organisation (people).

CREATE TABLE factories (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'review', 'approved', 'returned', 'suspended')),
    code TEXT UNIQUE,                 -- unified social credit code, 18 characters, or not known yet
    address TEXT NOT NULL DEFAULT '',
    contact BLOB,                     -- sealed for "factories.contact": a name
    phone BLOB,                       -- sealed for "factories.phone"
    scan_name TEXT NOT NULL DEFAULT '',
    scan_sha256 TEXT NOT NULL DEFAULT '', -- of the licence's scan, 64 hex characters
    version INTEGER NOT NULL DEFAULT 1,   -- counts what was saved
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    approved_at INTEGER,              -- since when it is, or was for the last time
    CHECK ((scan_name = '') = (scan_sha256 = ''))
);
CREATE INDEX factories_by_state ON factories (state, organisation_id);

-- Who did what to a factory's entry, and when: append-only.
CREATE TABLE factory_events (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES factories (organisation_id),
    event TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: the system
    version INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
);
CREATE INDEX factory_events_by_factory ON factory_events (organisation_id, id);

-- What an edit changed; personal data masked.
CREATE TABLE factory_changes (
    event_id INTEGER NOT NULL REFERENCES factory_events (id),
    field TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (event_id, field)
);

-- Who has read a factory's contact, and for what.
CREATE TABLE factory_openings (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES factories (organisation_id),
    actor_id INTEGER NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX factory_openings_by_factory ON factory_openings (organisation_id, id);

-- Somebody is asked to act for a factory, and answers.
CREATE TABLE factory_invitations (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES factories (organisation_id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'clerk')),
    invited_by INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('accept', 'decline', 'withdraw')),
    answered_at INTEGER
);
CREATE UNIQUE INDEX factory_invitations_open ON factory_invitations (organisation_id, user_id)
    WHERE answer IS NULL;
CREATE INDEX factory_invitations_by_user ON factory_invitations (user_id) WHERE answer IS NULL;

ALTER TABLE memberships ADD COLUMN role TEXT NOT NULL DEFAULT 'clerk'
    CHECK (role IN ('owner', 'clerk'));
UPDATE memberships SET role = 'owner' WHERE NOT EXISTS (SELECT 1 FROM memberships m
    WHERE m.organisation_id = memberships.organisation_id
        AND (m.created_at, m.user_id) < (memberships.created_at, memberships.user_id));

-- Makers that were here before go on as they did.
INSERT INTO factories (organisation_id, state, created_at, updated_at, approved_at)
SELECT id, 'approved', created_at, created_at, created_at FROM organisations WHERE kind = 'factory';
INSERT INTO factory_events (organisation_id, event, to_state, version, at)
SELECT organisation_id, 'admit', 'approved', 1, created_at FROM factories;

CREATE TRIGGER factory_events_never_change BEFORE UPDATE ON factory_events
BEGIN
    SELECT RAISE(ABORT, 'factory events are never changed');
END;

CREATE TRIGGER factory_events_never_go BEFORE DELETE ON factory_events
BEGIN
    SELECT RAISE(ABORT, 'factory events are never deleted');
END;

CREATE TRIGGER factory_openings_never_change BEFORE UPDATE ON factory_openings
BEGIN
    SELECT RAISE(ABORT, 'openings are never changed');
END;

CREATE TRIGGER factory_openings_never_go BEFORE DELETE ON factory_openings
BEGIN
    SELECT RAISE(ABORT, 'openings are never deleted');
END;
