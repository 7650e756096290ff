-- The chain over the transfers and its signed heads (see ledger/ledger_chain.h, ledger_head.h).
-- A table beside the transfers, because those are written before the end of their batch, when the
-- chain is computed for the batch as a whole.
CREATE TABLE ledger_chain (
    seq INTEGER PRIMARY KEY REFERENCES ledger_transfers (seq),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE ledger_heads (
    number INTEGER PRIMARY KEY, -- 1, 2, 3 … without a gap
    seq INTEGER NOT NULL,       -- the transfer up to which it vouches
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- the chain's value there
    at_ms INTEGER NOT NULL,
    key BLOB NOT NULL CHECK (length(key) = 32),   -- the public part of what signed it
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TRIGGER ledger_chain_never_changes BEFORE UPDATE ON ledger_chain
BEGIN
    SELECT RAISE(ABORT, 'the ledger''s chain is never changed');
END;

CREATE TRIGGER ledger_chain_never_goes BEFORE DELETE ON ledger_chain
BEGIN
    SELECT RAISE(ABORT, 'the ledger''s chain is never deleted');
END;

CREATE TRIGGER ledger_heads_never_change BEFORE UPDATE ON ledger_heads
BEGIN
    SELECT RAISE(ABORT, 'heads of the ledger''s chain are never changed');
END;

CREATE TRIGGER ledger_heads_never_go BEFORE DELETE ON ledger_heads
BEGIN
    SELECT RAISE(ABORT, 'heads of the ledger''s chain are never deleted');
END;
