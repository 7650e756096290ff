-- A provider's statement of a day, compared with what is here; and every difference, until an
-- operator closes it.
CREATE TABLE pay_statements (
    provider TEXT NOT NULL,
    day TEXT NOT NULL, -- the town's, '2026-05-01'
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER, -- when it is fetched, or again; NULL: done
    lines INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER,
    said TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (provider, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX pay_statements_due ON pay_statements (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE pay_differences (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('missing_here', 'missing_there', 'amount', 'merchant', 'ledger')),
    number TEXT NOT NULL, -- ours, of a part or an instruction, as the provider has it
    order_id INTEGER,
    here TEXT NOT NULL,  -- the merchant, or the amount in fen
    there TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    closed_at INTEGER,
    closed_by INTEGER, -- NULL: the system
    UNIQUE (provider, kind, number)
) STRICT;
CREATE INDEX pay_differences_open ON pay_differences (id) WHERE closed_at IS NULL;
