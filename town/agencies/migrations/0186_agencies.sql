-- Live-streaming organisations: contracts with the base, and whom they speak for, by consent.

-- By its code a firm is one, whatever it calls itself.
CREATE TABLE agency_firms (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations (id),
    code TEXT NOT NULL UNIQUE -- GB 32100, as of factories
) STRICT;

CREATE TABLE agency_contracts (
    id INTEGER PRIMARY KEY,
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL CHECK (kind IN ('partnered', 'introduced')),
    introduced_by TEXT CHECK (length(introduced_by) BETWEEN 1 AND 60),
    number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 60), -- of the paper
    from_day INTEGER NOT NULL,  -- of the town (town/day.h): its first
    until_day INTEGER NOT NULL, -- and its last
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'in_force', 'ended', 'expired', 'dropped')),
    begun_at INTEGER, -- when it came into force here, and when it went out of it
    over_at INTEGER,
    made_at INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    CHECK (until_day >= from_day),
    CHECK ((kind = 'introduced') = (introduced_by IS NOT NULL)),
    CHECK ((begun_at IS NULL) = (state IN ('draft', 'signed', 'dropped'))),
    CHECK ((over_at IS NULL) = (state IN ('draft', 'signed', 'in_force', 'dropped')))
) STRICT;
CREATE UNIQUE INDEX agency_contracts_open ON agency_contracts (agency_id) WHERE state IN ('draft', 'signed', 'in_force');
CREATE INDEX agency_contracts_by_agency ON agency_contracts (agency_id, id);
CREATE INDEX agency_contracts_due ON agency_contracts (state, until_day) WHERE state IN ('signed', 'in_force');

CREATE TABLE agency_contract_events (
    id INTEGER PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES agency_contracts (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: of itself
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    until_day INTEGER NOT NULL,
    rule_id INTEGER REFERENCES share_rules (id), -- of terms: what was published by it
    note TEXT
) STRICT;
CREATE INDEX agency_contract_events_by ON agency_contract_events (contract_id, id);
CREATE TRIGGER agency_contract_events_never_change BEFORE UPDATE ON agency_contract_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a contract is never changed');
END;
CREATE TRIGGER agency_contract_events_never_go BEFORE DELETE ON agency_contract_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a contract is never deleted');
END;

-- One asking of a host, and the consent that came of it.
CREATE TABLE agency_hosts (
    id INTEGER PRIMARY KEY,
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    host_id INTEGER NOT NULL REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'refused', 'withdrawn', 'lapsed', 'on', 'ended', 'expired')),
    note TEXT NOT NULL DEFAULT '', -- the agency's words to the host
    asked_at INTEGER NOT NULL,
    asked_by INTEGER NOT NULL REFERENCES users (id),
    from_at INTEGER,  -- of a consent: since when,
    until_at INTEGER, -- and the first moment after it
    over_at INTEGER,
    no_until INTEGER, -- after a no of the host: the agency may not ask again before that
    CHECK ((from_at IS NULL) = (until_at IS NULL)),
    CHECK ((from_at IS NOT NULL) = (state IN ('on', 'ended', 'expired'))),
    CHECK ((over_at IS NULL) = (state IN ('asked', 'on')))
) STRICT;
-- One agency at a time, so that a host's money has one way.
CREATE UNIQUE INDEX agency_hosts_on ON agency_hosts (host_id) WHERE state = 'on';
CREATE UNIQUE INDEX agency_hosts_open ON agency_hosts (agency_id, host_id) WHERE state IN ('asked', 'on');
CREATE INDEX agency_hosts_by_host ON agency_hosts (host_id, id);
CREATE INDEX agency_hosts_by_agency ON agency_hosts (agency_id, state, id);
CREATE INDEX agency_hosts_due ON agency_hosts (until_at) WHERE state = 'on';
CREATE INDEX agency_hosts_asked ON agency_hosts (asked_at) WHERE state = 'asked';

CREATE TABLE agency_host_events (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES agency_hosts (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: of itself
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    until_at INTEGER
) STRICT;
CREATE INDEX agency_host_events_by ON agency_host_events (entry_id, id);
CREATE TRIGGER agency_host_events_never_change BEFORE UPDATE ON agency_host_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a consent is never changed');
END;
CREATE TRIGGER agency_host_events_never_go BEFORE DELETE ON agency_host_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a consent is never deleted');
END;

-- Each asking by login, also of one that nobody has: so many a day.
CREATE TABLE agency_tries (
    id INTEGER PRIMARY KEY,
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX agency_tries_by ON agency_tries (agency_id, at);

-- Addresses of an agency's calendar; the token itself is shown once.
CREATE TABLE agency_feeds (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    user_id INTEGER NOT NULL REFERENCES users (id), -- whose it is: gone from the agency, it answers no more
    made_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX agency_feeds_by ON agency_feeds (agency_id, user_id);
