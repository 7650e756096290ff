-- The double-entry ledger (see ledger/ledger.h). Transfers are the truth and are never changed;
-- the four balances of an account and the list of open holds follow from them, and `guildhall
-- check` recomputes both.
CREATE TABLE ledger_books (
    id INTEGER PRIMARY KEY,
    unit TEXT NOT NULL CHECK (length(unit) BETWEEN 1 AND 32),        -- 'CNY' (fen), 'piece', 'm2'
    subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 128), -- 'sku:17'
    UNIQUE (unit, subject)
) STRICT;

CREATE TABLE ledger_accounts (
    id INTEGER PRIMARY KEY,
    book INTEGER NOT NULL REFERENCES ledger_books (id),
    role TEXT NOT NULL CHECK (length(role) BETWEEN 1 AND 128),
    flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 7),
    debits_pending INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
    debits_posted INTEGER NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
    credits_posted INTEGER NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
    UNIQUE (book, role),
    CHECK ((flags & 1) = 0 OR debits_pending + debits_posted <= credits_posted),
    CHECK ((flags & 2) = 0 OR credits_pending + credits_posted <= debits_posted)
) STRICT;

-- kind: 1 posted at once, 2 hold, 3 posts a hold (amount: the part posted), 4 voids a hold,
-- 5 voids a hold whose time has passed (amount of both: the hold's).
CREATE TABLE ledger_transfers (
    seq INTEGER PRIMARY KEY, -- in the order of commits
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
    debit INTEGER NOT NULL REFERENCES ledger_accounts (id),
    credit INTEGER NOT NULL REFERENCES ledger_accounts (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    timeout_ms INTEGER NOT NULL CHECK (timeout_ms >= 0), -- of a hold; 0: never
    hold INTEGER UNIQUE REFERENCES ledger_transfers (seq), -- UNIQUE: a hold is resolved once
    reason TEXT NOT NULL,
    ref TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (debit <> credit),
    CHECK ((kind >= 3) = (hold IS NOT NULL)),
    CHECK (kind = 2 OR timeout_ms = 0)
) STRICT;

CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (debit, seq);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (credit, seq);
CREATE INDEX ledger_transfers_by_ref ON ledger_transfers (ref, seq);

-- Holds not resolved yet.
CREATE TABLE ledger_holds (
    hold INTEGER PRIMARY KEY REFERENCES ledger_transfers (seq),
    due_ms INTEGER -- NULL: never
) STRICT;

CREATE INDEX ledger_holds_by_due ON ledger_holds (due_ms) WHERE due_ms IS NOT NULL;

CREATE TRIGGER ledger_transfers_never_change BEFORE UPDATE ON ledger_transfers
BEGIN
    SELECT RAISE(ABORT, 'ledger transfers are never changed');
END;

CREATE TRIGGER ledger_transfers_never_go BEFORE DELETE ON ledger_transfers
BEGIN
    SELECT RAISE(ABORT, 'ledger transfers are never deleted');
END;

CREATE TRIGGER ledger_accounts_never_go BEFORE DELETE ON ledger_accounts
BEGIN
    SELECT RAISE(ABORT, 'ledger accounts are never deleted');
END;

CREATE TRIGGER ledger_accounts_keep_their_place BEFORE UPDATE OF id, book, role ON ledger_accounts
BEGIN
    SELECT RAISE(ABORT, 'a ledger account keeps its book and role');
END;

-- What departments join: the stock of a SKU is `available` where unit = 'piece' and
-- subject = 'sku:<id>' and role = 'available'.
CREATE VIEW ledger_balances AS
SELECT b.unit, b.subject, a.role, a.id AS account,
       a.credits_posted - a.debits_posted - a.debits_pending AS available,
       a.debits_pending AS held,
       a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted
FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book;
