-- Where a buyer lets goods be sent. Who and where exactly is sealed; the province is not, for freight
-- asks by it.
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name BLOB NOT NULL,    -- sealed for "addresses.name"
    phone BLOB NOT NULL,   -- "addresses.phone"
    detail BLOB NOT NULL,  -- "addresses.detail"
    same_hash BLOB NOT NULL, -- keyed hash of all that it says: the same is not kept twice
    province INTEGER NOT NULL, -- town/region.h
    preference INTEGER NOT NULL DEFAULT 0, -- of a user's, the first of the greatest is the default
    created_at INTEGER NOT NULL,
    UNIQUE (user_id, same_hash)
) STRICT;
