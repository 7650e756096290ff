-- What an agency's hosts are to sell together in some weeks.
CREATE TABLE agency_campaigns (
    id INTEGER PRIMARY KEY,
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    goal_fen INTEGER NOT NULL CHECK (goal_fen >= 0), -- 0: none
    state TEXT NOT NULL CHECK (state IN ('open', 'cancelled')),
    made_at INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    CHECK (until_day >= from_day)
) STRICT;
CREATE INDEX agency_campaigns_by ON agency_campaigns (agency_id, id);

CREATE TABLE campaign_hosts (
    campaign_id INTEGER NOT NULL REFERENCES agency_campaigns (id),
    host_id INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (campaign_id, host_id)
) STRICT;

-- A factory: all of its goods. None of either: all goods.
CREATE TABLE campaign_goods (
    id INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES agency_campaigns (id),
    product_id INTEGER REFERENCES products (id),
    factory_id INTEGER REFERENCES organisations (id),
    CHECK ((product_id IS NULL) <> (factory_id IS NULL)),
    UNIQUE (campaign_id, product_id),
    UNIQUE (campaign_id, factory_id)
) STRICT;

CREATE TABLE campaign_events (
    id INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL REFERENCES agency_campaigns (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id),
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    about TEXT -- "host:7", "product:12"
) STRICT;
CREATE INDEX campaign_events_by ON campaign_events (campaign_id, id);
CREATE TRIGGER campaign_events_never_change BEFORE UPDATE ON campaign_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a campaign is never changed');
END;
CREATE TRIGGER campaign_events_never_go BEFORE DELETE ON campaign_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a campaign is never deleted');
END;
