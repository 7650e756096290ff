-- Statements of months that are over. Nothing had been written of them until now.
DROP TABLE settle_months;

-- What was told to a party of a month, for good: what is found out later is a movement of a later month.
CREATE TABLE settle_statements (
    party TEXT NOT NULL,
    month TEXT NOT NULL, -- '2026-05'
    opening_frozen_fen INTEGER NOT NULL,
    opening_own_fen INTEGER NOT NULL,
    closing_frozen_fen INTEGER NOT NULL,
    closing_own_fen INTEGER NOT NULL,
    moves INTEGER NOT NULL CHECK (moves > 0),
    until_seq INTEGER NOT NULL, -- the ledger's last transfer of the month
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- SHA-256 of all of it: settlement.h
    made_at INTEGER NOT NULL,
    PRIMARY KEY (party, month)
) STRICT, WITHOUT ROWID;

-- A month of which every party that had a movement has its statement.
CREATE TABLE settle_months (
    month TEXT PRIMARY KEY,
    until_seq INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER settle_statements_never_change BEFORE UPDATE ON settle_statements
BEGIN
    SELECT RAISE(ABORT, 'a statement is never changed');
END;

CREATE TRIGGER settle_statements_never_go BEFORE DELETE ON settle_statements
BEGIN
    SELECT RAISE(ABORT, 'a statement is never deleted');
END;
