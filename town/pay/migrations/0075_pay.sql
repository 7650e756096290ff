-- Whose money it is. What can be short of it is in the ledger, book ('CNY', 'town'); these rows say
-- what was asked of which provider, and what it answered.

-- One try to pay one or several orders at a provider. An address of the visitor's is kept only
-- until the provider has been asked.
CREATE TABLE pay_payments (
    id INTEGER PRIMARY KEY,
    checkout_id INTEGER NOT NULL, -- its page: /cashier/ID
    buyer_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    channel INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('opening', 'open', 'closing', 'paid', 'closed')),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    payer TEXT NOT NULL DEFAULT '',
    client_ip TEXT NOT NULL DEFAULT '',
    go INTEGER NOT NULL DEFAULT 0, -- enum pay_go, once it is open
    go_text TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '', -- why it could not be opened, in the provider's words
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER, -- when the next call to the provider is due; NULL: none
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pay_payments_due ON pay_payments (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pay_payments_of ON pay_payments (checkout_id, id);

-- One order's part of it, and whose money it is: a merchant of the provider.
--   waiting ─▶ taken   the order has it (one part of an order at most)
--          ├─▶ back    paid, but the order could not take it: a refund of it is instructed
--          └─▶ closed  nobody may pay it any more; money that comes all the same is taken or goes back
CREATE TABLE pay_parts (
    id INTEGER PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES pay_payments (id),
    order_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    number TEXT NOT NULL UNIQUE,
    merchant TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'taken', 'back', 'closed')),
    provider_no TEXT NOT NULL DEFAULT '',
    paid_at INTEGER,
    confirmed_by INTEGER, -- who confirmed a bank transfer
    stated_on TEXT, -- the day of the provider's statement that has it
    UNIQUE (order_id, attempt)
) STRICT;
CREATE INDEX pay_parts_of ON pay_parts (payment_id);
CREATE INDEX pay_parts_paid ON pay_parts (paid_at) WHERE paid_at IS NOT NULL;
CREATE UNIQUE INDEX pay_parts_taken ON pay_parts (order_id) WHERE status = 'taken';

-- What the provider is told to do with an order's money, one after the other for one order.
--   waiting ─▶ sent ─▶ done
--      ▲        └────▶ failed ─▶ settled   by hand, with a note
--      └── retry ────────┘
CREATE TABLE pay_instructions (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    part_id INTEGER NOT NULL REFERENCES pay_parts (id),
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'share', 'share_return', 'release', 'unrelease')),
    key TEXT NOT NULL,
    party TEXT NOT NULL, -- of shares: 'host:7'; else whose the money is: 'factory:3'
    share_id INTEGER REFERENCES pay_instructions (id), -- that is returned
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'done', 'failed', 'settled')),
    turn INTEGER NOT NULL DEFAULT 0, -- how often an operator had it done anew
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER, -- of the first of its order that is open; NULL: it is not its turn
    provider_no TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '', -- why it was refused, in the provider's words
    note TEXT NOT NULL DEFAULT '',
    actor_id INTEGER, -- who wrote it
    made_at INTEGER NOT NULL,
    done_at INTEGER,
    stated_on TEXT,
    UNIQUE (order_id, kind, key)
) STRICT;
CREATE INDEX pay_instructions_due ON pay_instructions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pay_instructions_open ON pay_instructions (status, id)
    WHERE status IN ('waiting', 'sent', 'failed');
CREATE INDEX pay_instructions_done ON pay_instructions (done_at) WHERE done_at IS NOT NULL;

-- Under which number a provider knows somebody: a factory as a merchant, others as who shares.
CREATE TABLE pay_accounts (
    party TEXT NOT NULL, -- 'factory:3', 'host:7', 'agency:5', 'base'
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by INTEGER,
    PRIMARY KEY (party, provider)
) STRICT, WITHOUT ROWID;
