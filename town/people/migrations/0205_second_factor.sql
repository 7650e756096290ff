-- The second factor of an account: the secret that its owner's device makes codes of (RFC 6238).
CREATE TABLE second_factors (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    secret BLOB NOT NULL,         -- sealed for "second_factors.secret"
    began_at INTEGER NOT NULL,
    proven_at INTEGER,            -- a code of it has come; NULL: none yet, and it is worth nothing
    last_step INTEGER NOT NULL,   -- of the last code that was taken: a code is good once
    wrong INTEGER NOT NULL,       -- codes that were wrong,
    wrong_since INTEGER NOT NULL  -- since then
) STRICT;
CREATE TABLE second_factor_events (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    event TEXT NOT NULL CHECK (event IN ('proven', 'removed', 'lifted')),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX second_factor_events_by_user ON second_factor_events (user_id);
