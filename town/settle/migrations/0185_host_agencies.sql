-- Which agency shares in what a host sells, and when: from the consent that the host gave (town/agencies), no more from membership.
CREATE TABLE host_agencies (
    id INTEGER PRIMARY KEY,
    host_id INTEGER NOT NULL REFERENCES users (id),
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL CHECK (until_at >= from_at) -- the first moment after it
) STRICT;
CREATE INDEX host_agencies_by_host ON host_agencies (host_id, from_at);
CREATE INDEX host_agencies_by_agency ON host_agencies (agency_id, until_at);

-- Orders on their way are shared as was said when they were placed: by the host's first agency.
INSERT INTO host_agencies (host_id, agency_id, from_at, until_at)
SELECT m.user_id, m.organisation_id, m.created_at, o.until_at
FROM memberships m JOIN organisations g ON g.id = m.organisation_id AND g.kind = 'agency'
    CROSS JOIN (SELECT coalesce(max(placed_at), 0) + 1 AS until_at FROM orders) o
WHERE m.created_at < o.until_at
    AND NOT EXISTS (SELECT 1 FROM memberships e JOIN organisations a ON a.id = e.organisation_id AND a.kind = 'agency'
        WHERE e.user_id = m.user_id AND (e.created_at, e.organisation_id) < (m.created_at, m.organisation_id));
