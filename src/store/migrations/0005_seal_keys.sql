-- By which key file the sealed fields were written (store/seal.h): a server with another one must not
-- add fields that the others cannot read.
CREATE TABLE seal_keys (
    id INTEGER PRIMARY KEY,     -- the key id in a sealed field
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    since INTEGER NOT NULL
) STRICT;
