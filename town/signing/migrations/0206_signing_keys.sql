-- The public parts of the keys that the town signs by (Ed25519); the secret ones are files of the
-- data folder. The one with the greatest id signs; former ones verify what they signed.
CREATE TABLE signing_keys (
    id INTEGER PRIMARY KEY,
    public BLOB NOT NULL UNIQUE,
    since INTEGER NOT NULL
) STRICT;
