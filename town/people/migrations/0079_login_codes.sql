-- The code that was last sent to a phone, until it is used, and how many were sent there lately. Neither
-- phone nor code is here: both are keyed hashes.
CREATE TABLE login_codes (
    phone_hash BLOB PRIMARY KEY,
    code_hash BLOB,              -- NULL: used, or tried too often
    tries INTEGER NOT NULL,      -- wrong ones
    sent_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    window_at INTEGER NOT NULL,  -- since when is counted
    sent INTEGER NOT NULL        -- since then
) STRICT;
CREATE INDEX login_codes_by_age ON login_codes (sent_at);
