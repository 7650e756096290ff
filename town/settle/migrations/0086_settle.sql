-- Who gets which share of an order's goods money: rules with versions and dates, what was reckoned
-- by them, and statements of months. What moves is in the ledger, by town/pay's instructions.

-- A rule is never changed: a later version replaces it from its own day on, and before it has begun a
-- correction takes its place.
CREATE TABLE share_rules (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('town', 'factory', 'kind', 'host', 'agency')),
    factory_id INTEGER NOT NULL DEFAULT 0, -- of scope factory and kind
    kind_id INTEGER NOT NULL DEFAULT 0,    -- of scope kind
    who_id INTEGER NOT NULL DEFAULT 0,     -- the host or the agency
    version INTEGER NOT NULL CHECK (version >= 1), -- of this scope
    valid_from INTEGER NOT NULL,           -- a moment: midnight of a day of the town
    is_ended INTEGER NOT NULL CHECK (is_ended IN (0, 1)), -- from then on the scope has none of its own
    host_bp INTEGER NOT NULL CHECK (host_bp BETWEEN 0 AND 10000), -- ratios, in hundredths of a percent
    agency_bp INTEGER NOT NULL CHECK (agency_bp BETWEEN 0 AND 10000),
    base_bp INTEGER NOT NULL CHECK (base_bp BETWEEN 0 AND 10000),
    corrects_id INTEGER UNIQUE REFERENCES share_rules (id), -- whose place it takes
    note TEXT NOT NULL DEFAULT '',
    made_at INTEGER NOT NULL,
    made_by INTEGER, -- NULL: the system
    CHECK (host_bp + agency_bp + base_bp <= 10000),
    CHECK (is_ended = 0 OR host_bp + agency_bp + base_bp = 0),
    CHECK ((scope IN ('factory', 'kind')) = (factory_id > 0)),
    CHECK ((scope = 'kind') = (kind_id > 0)),
    CHECK ((scope IN ('host', 'agency')) = (who_id > 0)),
    UNIQUE (scope, factory_id, kind_id, who_id, version)
) STRICT;

CREATE TRIGGER share_rules_never_change BEFORE UPDATE ON share_rules
BEGIN
    SELECT RAISE(ABORT, 'rules are never changed');
END;

CREATE TRIGGER share_rules_never_go BEFORE DELETE ON share_rules
BEGIN
    SELECT RAISE(ABORT, 'rules are never deleted');
END;

-- The most of an order's goods money that a provider lets go in shares. The newest of a provider counts.
CREATE TABLE share_caps (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    most_bp INTEGER NOT NULL CHECK (most_bp BETWEEN 0 AND 10000),
    made_at INTEGER NOT NULL,
    made_by INTEGER
) STRICT;
INSERT INTO share_caps (provider, most_bp, made_at)
VALUES ('wechat', 3000, 0), ('alipay', 3000, 0), ('bank', 3000, 0), ('test', 3000, 0);

CREATE TRIGGER share_caps_never_change BEFORE UPDATE ON share_caps
BEGIN
    SELECT RAISE(ABORT, 'caps are never changed');
END;

CREATE TRIGGER share_caps_never_go BEFORE DELETE ON share_caps
BEGIN
    SELECT RAISE(ABORT, 'caps are never deleted');
END;

-- What was reckoned when an order was received: of each line what it had brought, and by which rule
-- it is shared; and what each party gets. What of it was instructed is in pay_instructions.
CREATE TABLE order_share_lines (
    order_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    rule_id INTEGER REFERENCES share_rules (id), -- NULL: none was in force
    net_fen INTEGER NOT NULL CHECK (net_fen >= 0),
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_share_lines_never_change BEFORE UPDATE ON order_share_lines
BEGIN
    SELECT RAISE(ABORT, 'what was reckoned is never changed');
END;

CREATE TRIGGER order_share_lines_never_go BEFORE DELETE ON order_share_lines
BEGIN
    SELECT RAISE(ABORT, 'what was reckoned is never deleted');
END;

CREATE TABLE order_shares (
    order_id INTEGER NOT NULL,
    party TEXT NOT NULL, -- 'host:7', 'agency:5', 'base'
    fen INTEGER NOT NULL CHECK (fen > 0),
    most_bp INTEGER NOT NULL, -- the cap that counted
    made_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, party)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_shares_never_change BEFORE UPDATE ON order_shares
BEGIN
    SELECT RAISE(ABORT, 'what was reckoned is never changed');
END;

CREATE TRIGGER order_shares_never_go BEFORE DELETE ON order_shares
BEGIN
    SELECT RAISE(ABORT, 'what was reckoned is never deleted');
END;

-- A month that is over, of a party whose accounts moved in it: for its page and for the check.
CREATE TABLE settle_months (
    party TEXT NOT NULL,
    month TEXT NOT NULL, -- '2026-05'
    opening_fen INTEGER NOT NULL,
    closing_fen INTEGER NOT NULL,
    moves INTEGER NOT NULL,
    until_ms INTEGER NOT NULL, -- its last millisecond
    made_at INTEGER NOT NULL,
    PRIMARY KEY (party, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX settle_months_by_made ON settle_months (made_at);
