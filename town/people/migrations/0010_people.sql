-- People, the organisations they act for, and their sessions.

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,    -- lower case, people_login_ok()
    name TEXT NOT NULL,            -- as others see it
    password TEXT NOT NULL,        -- argon2id, libsodium's string form
    phone_sealed BLOB,             -- sealed for "users.phone"
    phone_hash BLOB UNIQUE,        -- keyed hash, to log in by phone
    roles INTEGER NOT NULL,        -- bits of enum role (web/web.h)
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
);

CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('factory', 'agency', 'bureau', 'base')),
    slug TEXT NOT NULL UNIQUE,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    about_zh TEXT NOT NULL DEFAULT '',
    about_en TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
CREATE INDEX organisations_by_kind ON organisations (kind, id);

CREATE TABLE memberships (
    user_id INTEGER NOT NULL REFERENCES users (id),
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, organisation_id)
);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE, -- SHA-256: the token itself is only with its owner
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
