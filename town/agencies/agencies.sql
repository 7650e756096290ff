-- Firms, contracts, rosters, calendars, campaigns: see agencies.h.

-- Firms.

-- name: agencies.firm_add
INSERT INTO agency_firms (organisation_id, code) VALUES (:agency, :code)

-- name: agencies.firm_of
SELECT organisation_id FROM agency_firms WHERE code = :code

-- One, with its contract that is not over, if there is one, and what it is to a user.
-- name: agencies.get
SELECT o.id, o.slug, o.name_zh, o.name_en, o.about_zh, o.about_en, coalesce(f.code, '') AS code,
    c.id AS contract, c.state, c.kind, c.introduced_by, c.number, c.from_day, c.until_day, c.begun_at,
    (SELECT count(*) FROM memberships m WHERE m.organisation_id = o.id AND m.user_id = :user) AS is_member,
    (SELECT count(*) FROM agency_hosts h WHERE h.agency_id = o.id AND h.state = 'on') AS hosts,
    (SELECT min(p.begun_at) FROM agency_contracts p WHERE p.agency_id = o.id) AS since_at
FROM organisations o LEFT JOIN agency_firms f ON f.organisation_id = o.id
    LEFT JOIN agency_contracts c ON c.agency_id = o.id AND c.state IN ('draft', 'signed', 'in_force')
WHERE o.id = :agency AND o.kind = 'agency'

-- The base's list: with the newest contract of each, those that end first at the top.
-- name: agencies.list
SELECT o.id, o.slug, o.name_zh, o.name_en, o.about_zh, o.about_en, coalesce(f.code, '') AS code,
    c.id AS contract, c.state, c.kind, c.introduced_by, c.number, c.from_day, c.until_day, c.begun_at, 0 AS is_member,
    (SELECT count(*) FROM agency_hosts h WHERE h.agency_id = o.id AND h.state = 'on') AS hosts,
    (SELECT min(p.begun_at) FROM agency_contracts p WHERE p.agency_id = o.id) AS since_at
FROM organisations o LEFT JOIN agency_firms f ON f.organisation_id = o.id
    LEFT JOIN agency_contracts c ON c.id = (SELECT max(n.id) FROM agency_contracts n WHERE n.agency_id = o.id)
WHERE o.kind = 'agency'
    AND (:kind = '' OR c.kind = :kind AND c.state = 'in_force' OR :kind = 'over' AND c.state IN ('ended', 'expired', 'dropped'))
ORDER BY CASE coalesce(c.state, '') WHEN 'in_force' THEN 0 WHEN 'signed' THEN 1 WHEN 'draft' THEN 2 WHEN '' THEN 3 ELSE 4 END,
    c.until_day, o.id
LIMIT :most

-- name: agencies.counts
SELECT coalesce(sum(CASE WHEN c.kind = 'partnered' THEN 1 ELSE 0 END), 0) AS partnered,
    coalesce(sum(CASE WHEN c.kind = 'introduced' THEN 1 ELSE 0 END), 0) AS introduced,
    (SELECT count(*) FROM agency_hosts h WHERE h.state = 'on') AS hosts
FROM agency_contracts c WHERE c.state = 'in_force'

-- name: agencies.of_user
SELECT o.id, o.name_zh, o.name_en FROM memberships m JOIN organisations o ON o.id = m.organisation_id
WHERE m.user_id = :user AND o.kind = 'agency' ORDER BY m.created_at, o.id

-- name: agencies.members
SELECT u.id, u.login, u.name FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.organisation_id = :agency ORDER BY m.created_at, u.id LIMIT :most

-- name: agencies.kind_of
SELECT kind FROM agency_contracts WHERE agency_id = :agency AND state = 'in_force'

-- What is changed of it.

-- name: agencies.event
INSERT INTO agency_events (agency_id, at, actor_id, event, contract_id, note)
VALUES (:agency, :now, :actor, :event, :contract, :note)

-- name: agencies.contact
SELECT name, phone FROM agency_contacts WHERE agency_id = :agency

-- name: agencies.contact_set
INSERT INTO agency_contacts (agency_id, name, phone) VALUES (:agency, :name, :phone)
ON CONFLICT (agency_id) DO UPDATE SET name = excluded.name, phone = excluded.phone

-- Papers of contracts.

-- name: agencies.papers
SELECT p.id, p.contract_id, p.name, p.added_at FROM agency_papers p JOIN agency_contracts c ON c.id = p.contract_id
WHERE c.agency_id = :agency ORDER BY p.id LIMIT :most

-- name: agencies.paper
SELECT p.id, p.contract_id, p.name, p.scan_sha256 FROM agency_papers p JOIN agency_contracts c ON c.id = p.contract_id
WHERE p.id = :paper AND c.agency_id = :agency

-- name: agencies.paper_same
SELECT count(*) AS n, coalesce(sum(CASE WHEN scan_sha256 = :scan THEN 1 ELSE 0 END), 0) AS same
FROM agency_papers WHERE contract_id = :contract

-- name: agencies.paper_add
INSERT INTO agency_papers (contract_id, name, scan_sha256, added_at, added_by)
VALUES (:contract, :name, :scan, :now, :actor)

-- name: agencies.paper_remove
DELETE FROM agency_papers WHERE id = :paper

-- Contracts.

-- name: agencies.contract_add
INSERT INTO agency_contracts (agency_id, kind, introduced_by, number, from_day, until_day, state, made_at, made_by)
VALUES (:agency, :kind, :introduced_by, :number, :from, :until, 'draft', :now, :by)
RETURNING id

-- name: agencies.contract
SELECT c.id, c.agency_id, c.kind, c.introduced_by, c.number, c.from_day, c.until_day, c.state, c.begun_at, c.over_at,
    c.made_by, o.name_zh, o.name_en
FROM agency_contracts c JOIN organisations o ON o.id = c.agency_id
WHERE c.id = :contract

-- name: agencies.contracts
SELECT c.id, c.agency_id, c.kind, c.introduced_by, c.number, c.from_day, c.until_day, c.state, c.begun_at, c.over_at
FROM agency_contracts c WHERE c.agency_id = :agency ORDER BY c.id DESC LIMIT :most

-- name: agencies.contract_to
UPDATE agency_contracts SET state = :state, begun_at = CASE WHEN :begins = 1 THEN :now ELSE begun_at END,
    over_at = CASE WHEN :is_over = 1 THEN :now ELSE over_at END
WHERE id = :contract

-- name: agencies.contract_until
UPDATE agency_contracts SET until_day = :until WHERE id = :contract

-- name: agencies.contract_event
INSERT INTO agency_contract_events (contract_id, at, actor_id, event, to_state, until_day, rule_id, note)
VALUES (:contract, :now, :actor, :event, :to_state, :until, :rule, :note)

-- What happened to it and its contracts, the newest first.
-- name: agencies.history
SELECT h.at, h.event, h.until_day, h.note, h.number, u.name AS actor
FROM (SELECT 1 AS list, e.id, e.at, e.actor_id, e.event, e.until_day, coalesce(e.note, '') AS note, c.number
        FROM agency_contract_events e JOIN agency_contracts c ON c.id = e.contract_id WHERE c.agency_id = :agency
    UNION ALL
    SELECT 0 AS list, e.id, e.at, e.actor_id, e.event, 0 AS until_day, e.note, coalesce(c.number, '') AS number
        FROM agency_events e LEFT JOIN agency_contracts c ON c.id = e.contract_id WHERE e.agency_id = :agency) h
    LEFT JOIN users u ON u.id = h.actor_id
ORDER BY h.at DESC, h.list DESC, h.id DESC LIMIT :most

-- name: agencies.contracts_due
SELECT c.id, c.state,
    (SELECT count(*) FROM agency_hosts h WHERE h.agency_id = c.agency_id AND h.state IN ('asked', 'on')) AS hosts
FROM agency_contracts c
WHERE c.state = 'signed' AND c.from_day <= :today OR c.state = 'in_force' AND c.until_day < :today
ORDER BY c.id LIMIT :most

-- Its own rules, those to come first: of a day the newest counts.
-- name: agencies.terms
SELECT r.id, r.valid_from, r.is_ended, r.host_bp, r.agency_bp, r.base_bp FROM share_rules r
WHERE r.scope = 'agency' AND r.who_id = :agency
    AND NOT EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM share_rules n WHERE n.scope = 'agency' AND n.who_id = r.who_id
        AND n.valid_from = r.valid_from AND n.version > r.version
        AND NOT EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = n.id))
ORDER BY r.valid_from DESC LIMIT :most

-- Whom they speak for.

-- name: agencies.try_add
INSERT INTO agency_tries (agency_id, at) VALUES (:agency, :now)

-- name: agencies.tries
SELECT count(*) AS n FROM agency_tries WHERE agency_id = :agency AND at > :since

-- name: agencies.tries_forget
DELETE FROM agency_tries WHERE at <= :before

-- name: agencies.roster_n
SELECT count(*) AS n FROM agency_hosts WHERE agency_id = :agency AND state IN ('asked', 'on')

-- name: agencies.askable
SELECT u.id,
    CASE WHEN EXISTS (SELECT 1 FROM agency_hosts h WHERE h.agency_id = :agency AND h.host_id = u.id
        AND h.state IN ('asked', 'on')) THEN 1 ELSE 0 END AS same,
    CASE WHEN EXISTS (SELECT 1 FROM agency_hosts h WHERE h.agency_id = :agency AND h.host_id = u.id
        AND h.no_until > :now) THEN 1 ELSE 0 END AS said_no
FROM users u WHERE u.login = :login AND (u.roles & :host) <> 0 AND u.disabled_at IS NULL

-- name: agencies.host_add
INSERT INTO agency_hosts (agency_id, host_id, state, note, asked_at, asked_by)
VALUES (:agency, :host, 'asked', :note, :now, :by)
RETURNING id

-- part: entry
SELECT h.id, h.agency_id, h.host_id, h.state, h.note, h.asked_at, h.from_at, h.until_at, h.over_at,
    u.name AS host, u.login, o.name_zh, o.name_en
FROM agency_hosts h JOIN users u ON u.id = h.host_id JOIN organisations o ON o.id = h.agency_id

-- name: agencies.entry
{entry} WHERE h.id = :entry

-- name: agencies.roster
{entry} WHERE h.agency_id = :agency AND h.state IN ('asked', 'on')
ORDER BY CASE h.state WHEN 'on' THEN 0 ELSE 1 END, h.until_at, h.id LIMIT :most

-- name: agencies.entries_of_host
{entry} WHERE h.host_id = :host
ORDER BY CASE h.state WHEN 'asked' THEN 0 WHEN 'on' THEN 1 ELSE 2 END, h.id DESC LIMIT :most

-- name: agencies.of_host
SELECT agency_id FROM agency_hosts WHERE host_id = :host AND state = 'on'

-- name: agencies.host_to
UPDATE agency_hosts SET state = :state, from_at = CASE WHEN :accepts = 1 THEN :now ELSE from_at END, until_at = :until,
    over_at = CASE WHEN :is_on = 1 THEN NULL ELSE :now END, no_until = :no_until
WHERE id = :entry

-- name: agencies.host_event
INSERT INTO agency_host_events (entry_id, at, actor_id, event, to_state, until_at)
VALUES (:entry, :now, :actor, :event, :to_state, :until)

-- name: agencies.open_entries
SELECT id FROM agency_hosts WHERE agency_id = :agency AND state IN ('asked', 'on') ORDER BY id

-- name: agencies.hosts_over
SELECT id FROM agency_hosts WHERE state = 'on' AND until_at <= :now ORDER BY until_at, id LIMIT :most

-- Of who may sell no more, or is a host no longer.
-- name: agencies.hosts_gone
SELECT h.id FROM agency_hosts h JOIN users u ON u.id = h.host_id
WHERE h.state IN ('asked', 'on') AND (u.disabled_at IS NOT NULL OR (u.roles & :role) = 0) ORDER BY h.id LIMIT :most

-- name: agencies.is_host
SELECT id FROM users WHERE id = :host AND (roles & :role) <> 0 AND disabled_at IS NULL

-- name: agencies.hosts_old
SELECT id FROM agency_hosts WHERE state = 'asked' AND asked_at <= :before ORDER BY asked_at, id LIMIT :most

-- Calendars: what is public of a host's days, while the agency speaks for it. A show's room and a session's are said once.

-- part: spoken_for
h.agency_id = :agency AND h.state = 'on' AND x.starts_at >= :from AND x.starts_at < :until
    AND x.starts_at >= h.from_at AND x.starts_at < h.until_at

-- name: agencies.calendar
SELECT c.kind, c.id, c.host_id, c.host, c.starts_at, c.ends_at, c.title_zh, c.title_en, c.place_zh, c.place_en, c.changed_at
FROM (
    SELECT 'show' AS kind, x.id, u.id AS host_id, u.name AS host, x.starts_at,
        coalesce(x.ended_at, b.ends_at, x.starts_at + 7200000) AS ends_at, x.title_zh, x.title_en,
        coalesce(p.name_zh, x.room_zh) AS place_zh, coalesce(p.name_en, x.room_en) AS place_en,
        coalesce(b.changed_at, x.created_at) AS changed_at
    FROM agency_hosts h JOIN users u ON u.id = h.host_id JOIN shows x ON x.host_id = h.host_id
        LEFT JOIN venue_bookings b ON b.subject = 'show:' || CAST(x.id AS TEXT) AND b.subject <> ''
            AND b.state IN ('asked', 'pending', 'confirmed', 'checked_in')
        LEFT JOIN venue_spaces p ON p.id = b.space_id
    WHERE {spoken_for} AND (x.ended_at IS NULL OR x.ended_at > x.starts_at) -- not one that was called off
    UNION ALL
    SELECT 'booking' AS kind, x.id, u.id AS host_id, u.name AS host, x.starts_at, x.ends_at, x.title_zh, x.title_en,
        p.name_zh AS place_zh, p.name_en AS place_en, x.changed_at
    FROM agency_hosts h JOIN users u ON u.id = h.host_id JOIN venue_bookings x ON x.user_id = h.host_id
        JOIN venue_spaces p ON p.id = x.space_id
    WHERE {spoken_for} AND x.subject = '' AND x.state IN ('asked', 'pending', 'confirmed', 'checked_in', 'done')
    UNION ALL
    SELECT 'session' AS kind, x.id, u.id AS host_id, u.name AS host, x.starts_at, x.ends_at, x.title_zh, x.title_en,
        x.room AS place_zh, x.room AS place_en, n.created_at AS changed_at
    FROM agency_hosts h JOIN users u ON u.id = h.host_id JOIN training_enrolments e ON e.user_id = h.host_id
        JOIN training_sessions x ON x.run_id = e.run_id JOIN training_runs n ON n.id = x.run_id
    WHERE {spoken_for} AND e.state IN ('enrolled', 'completed') AND n.state = 'open') c
ORDER BY c.starts_at, c.kind, c.id, c.host_id
LIMIT :most

-- name: agencies.feed_add
INSERT INTO agency_feeds (token_hash, agency_id, user_id, made_at) VALUES (:hash, :agency, :user, :now) RETURNING id

-- Of who is still one of the agency's people.
-- name: agencies.feed_by_token
SELECT f.id, f.agency_id, o.name_zh, o.name_en
FROM agency_feeds f JOIN organisations o ON o.id = f.agency_id
    JOIN memberships m ON m.organisation_id = f.agency_id AND m.user_id = f.user_id
    JOIN users u ON u.id = f.user_id AND u.disabled_at IS NULL
WHERE f.token_hash = :hash AND f.revoked_at IS NULL

-- name: agencies.feeds
SELECT id, made_at FROM agency_feeds WHERE agency_id = :agency AND user_id = :user AND revoked_at IS NULL ORDER BY id

-- name: agencies.feed_revoke
UPDATE agency_feeds SET revoked_at = :now WHERE id = :feed AND agency_id = :agency AND user_id = :user AND revoked_at IS NULL

-- Campaigns.

-- name: agencies.campaign_add
INSERT INTO agency_campaigns (agency_id, name, from_day, until_day, from_at, until_at, goal_fen, state, made_at, made_by)
VALUES (:agency, :name, :from_day, :until_day, :from, :until, :goal, 'open', :now, :by)
RETURNING id

-- name: agencies.campaigns_n
SELECT count(*) AS n FROM agency_campaigns WHERE agency_id = :agency AND state = 'open' AND until_at > :now

-- name: agencies.campaign_same
SELECT id FROM agency_campaigns WHERE agency_id = :agency AND name = :name AND state = 'open' AND until_at > :now LIMIT 1

-- name: agencies.campaign
SELECT c.id, c.agency_id, c.name, c.from_day, c.until_day, c.from_at, c.until_at, c.goal_fen, c.state, c.made_at,
    o.name_zh, o.name_en
FROM agency_campaigns c JOIN organisations o ON o.id = c.agency_id WHERE c.id = :campaign

-- name: agencies.campaigns
SELECT c.id, c.name, c.from_day, c.until_day, c.from_at, c.until_at, c.goal_fen, c.state
FROM agency_campaigns c WHERE c.agency_id = :agency
ORDER BY CASE WHEN c.state = 'open' AND c.until_at > :now THEN 0 ELSE 1 END, c.from_day DESC, c.id DESC LIMIT :most

-- name: agencies.campaign_to
UPDATE agency_campaigns SET state = :state WHERE id = :campaign

-- name: agencies.campaign_event
INSERT INTO campaign_events (campaign_id, at, actor_id, event, to_state, about)
VALUES (:campaign, :now, :actor, :event, :to_state, :about)

-- name: agencies.campaign_host_add
INSERT INTO campaign_hosts (campaign_id, host_id) VALUES (:campaign, :host)

-- name: agencies.campaign_host_off
DELETE FROM campaign_hosts WHERE campaign_id = :campaign AND host_id = :host

-- name: agencies.campaign_hosts
SELECT u.id, u.name,
    CASE WHEN EXISTS (SELECT 1 FROM agency_hosts h WHERE h.agency_id = c.agency_id AND h.host_id = u.id AND h.state = 'on')
        THEN 1 ELSE 0 END AS is_on
FROM campaign_hosts x JOIN agency_campaigns c ON c.id = x.campaign_id JOIN users u ON u.id = x.host_id
WHERE x.campaign_id = :campaign ORDER BY u.id LIMIT :most

-- name: agencies.campaign_choices
SELECT h.host_id AS id, u.name FROM agency_hosts h JOIN users u ON u.id = h.host_id
WHERE h.agency_id = :agency AND h.state = 'on'
    AND NOT EXISTS (SELECT 1 FROM campaign_hosts x WHERE x.campaign_id = :campaign AND x.host_id = h.host_id)
ORDER BY h.host_id LIMIT :most

-- name: agencies.roster_has
SELECT id FROM agency_hosts WHERE agency_id = :agency AND host_id = :host AND state = 'on'

-- name: agencies.goods_by_slug
SELECT x.product_id, x.factory_id FROM (
    SELECT p.id AS product_id, 0 AS factory_id, p.slug FROM products p WHERE p.slug = :slug AND p.status = 'on'
    UNION ALL
    SELECT 0 AS product_id, o.id AS factory_id, o.slug FROM organisations o JOIN factories f ON f.organisation_id = o.id
    WHERE o.slug = :slug AND f.state = 'approved') x
ORDER BY x.product_id DESC LIMIT 1

-- name: agencies.campaign_goods_add
INSERT INTO campaign_goods (campaign_id, product_id, factory_id) VALUES (:campaign, :product, :factory)

-- name: agencies.campaign_goods_off
DELETE FROM campaign_goods WHERE campaign_id = :campaign AND id = :goods

-- name: agencies.campaign_goods
SELECT g.id, CASE WHEN g.product_id IS NULL THEN 'factory' ELSE 'product' END AS kind,
    coalesce(p.slug, o.slug) AS slug, coalesce(p.title_zh, o.name_zh) AS name_zh, coalesce(p.title_en, o.name_en) AS name_en
FROM campaign_goods g LEFT JOIN products p ON p.id = g.product_id LEFT JOIN organisations o ON o.id = g.factory_id
WHERE g.campaign_id = :campaign ORDER BY g.id LIMIT :most

-- For the form: factories and what the campaign's hosts have on their shelves.
-- name: agencies.goods_choices
SELECT x.slug, x.name_zh, x.name_en FROM (
    SELECT 0 AS list, o.slug, o.name_zh, o.name_en FROM organisations o JOIN factories f ON f.organisation_id = o.id
    WHERE f.state = 'approved'
    UNION
    SELECT 1 AS list, p.slug, p.title_zh AS name_zh, p.title_en AS name_en
    FROM campaign_hosts c JOIN shows s ON s.host_id = c.host_id JOIN show_items i ON i.show_id = s.id
        JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
    WHERE c.campaign_id = :campaign AND p.status = 'on') x
ORDER BY x.list DESC, x.name_zh, x.slug LIMIT :most

-- What was sold in a campaign: lines of orders placed in its time in shows of its hosts, while the agency spoke for them,
-- of its goods, and paid. By the show of the order, as the shows' own figures go.
-- part: sold
FROM agency_campaigns c JOIN campaign_hosts x ON x.campaign_id = c.id JOIN shows s ON s.host_id = x.host_id
    JOIN orders o ON o.show_id = s.id AND o.placed_at >= c.from_at AND o.placed_at < c.until_at
    JOIN order_lines l ON l.order_id = o.id
    JOIN skus k ON k.id = l.sku_id JOIN products p ON p.id = k.product_id
WHERE c.id = :campaign AND o.paid_at <= :until
    AND EXISTS (SELECT 1 FROM host_agencies a WHERE a.host_id = x.host_id AND a.agency_id = c.agency_id
        AND a.from_at <= o.placed_at AND a.until_at > o.placed_at)
    AND (NOT EXISTS (SELECT 1 FROM campaign_goods g WHERE g.campaign_id = c.id)
        OR EXISTS (SELECT 1 FROM campaign_goods g WHERE g.campaign_id = c.id
            AND (g.product_id = p.id OR g.factory_id = o.factory_id)))

-- name: agencies.figure_sold
SELECT coalesce(sum(l.quantity * l.price_fen - l.discount_fen), 0) AS value {sold}

-- name: agencies.figure_sold_rows
SELECT s.id, '/shows/' || s.id AS link, s.title_zh AS label_zh, s.title_en AS label_en, min(o.paid_at) AS at,
    sum(l.quantity * l.price_fen - l.discount_fen) AS amount {sold} AND s.id > :after
GROUP BY s.id, s.title_zh, s.title_en ORDER BY s.id LIMIT :most

-- name: agencies.figure_pieces
SELECT coalesce(sum(l.quantity), 0) AS value {sold}

-- name: agencies.figure_pieces_rows
SELECT s.id, '/shows/' || s.id AS link, s.title_zh AS label_zh, s.title_en AS label_en, min(o.paid_at) AS at,
    sum(l.quantity) AS amount {sold} AND s.id > :after
GROUP BY s.id, s.title_zh, s.title_en ORDER BY s.id LIMIT :most

-- name: agencies.figure_campaign_reach
SELECT made_at AS at FROM agency_campaigns WHERE id = :campaign

-- Of a host's shows those that begin while the agency speaks for it: the others are not the agency's to see.
-- name: agencies.campaign_shows
SELECT s.id, s.title_zh, s.title_en, s.status, s.starts_at, u.name AS host, coalesce(t.amount, 0) AS sold
FROM agency_campaigns c JOIN campaign_hosts x ON x.campaign_id = c.id JOIN shows s ON s.host_id = x.host_id
    JOIN users u ON u.id = s.host_id
    LEFT JOIN (SELECT s.id, sum(l.quantity * l.price_fen - l.discount_fen) AS amount {sold} GROUP BY s.id) t ON t.id = s.id
WHERE c.id = :campaign AND s.starts_at >= c.from_at AND s.starts_at < c.until_at
    AND EXISTS (SELECT 1 FROM host_agencies a WHERE a.host_id = x.host_id AND a.agency_id = c.agency_id
        AND a.from_at <= s.starts_at AND a.until_at > s.starts_at)
ORDER BY s.starts_at, s.id LIMIT :most

-- Organisations: each once, whose contract was in force for some of the year.

-- name: agencies.figure_organisations
SELECT count(DISTINCT agency_id) AS value FROM agency_contracts
WHERE (over_at IS NULL OR over_at >= :from) AND begun_at <= :until

-- name: agencies.figure_organisations_rows
SELECT o.id, '/agencies/' || o.id AS link, o.name_zh AS label_zh, o.name_en AS label_en, min(c.begun_at) AS at, 1 AS amount
FROM agency_contracts c JOIN organisations o ON o.id = c.agency_id
WHERE (c.over_at IS NULL OR c.over_at >= :from) AND c.begun_at <= :until AND o.id > :after
GROUP BY o.id, o.name_zh, o.name_en ORDER BY o.id LIMIT :most

-- name: agencies.figure_organisations_reach
SELECT min(made_at) AS at FROM agency_contracts

-- What waits.

-- name: agencies.todo_ending
SELECT count(*) OVER () AS n, o.name_zh AS label_zh, o.name_en AS label_en, '/agencies/' || o.id AS link,
    (c.until_day + 1) * 86400000 - 28800000 AS at
FROM agency_contracts c JOIN organisations o ON o.id = c.agency_id
WHERE :organisation = 0 AND c.state = 'in_force' AND (c.until_day + 1) * 86400000 - 28800000 > :from
    AND (c.until_day + 1) * 86400000 - 28800000 <= :until
ORDER BY c.until_day, c.id
LIMIT :most OFFSET :skip

-- name: agencies.todo_drafts
SELECT count(*) OVER () AS n, o.name_zh AS label_zh, o.name_en AS label_en, '/agencies/' || o.id AS link, c.made_at AS at
FROM agency_contracts c JOIN organisations o ON o.id = c.agency_id
WHERE :organisation = 0 AND c.state = 'draft' AND c.made_at > :from AND c.made_at <= :until
ORDER BY c.made_at, c.id
LIMIT :most OFFSET :skip

-- Checks.

-- name: agencies.wrong_contract
SELECT c.id FROM agency_contracts c
WHERE c.state <> coalesce((SELECT e.to_state FROM agency_contract_events e WHERE e.contract_id = c.id
    ORDER BY e.id DESC LIMIT 1), '') ORDER BY c.id LIMIT :most

-- name: agencies.wrong_entry
SELECT h.id FROM agency_hosts h
WHERE h.state <> coalesce((SELECT e.to_state FROM agency_host_events e WHERE e.entry_id = h.id
    ORDER BY e.id DESC LIMIT 1), '') ORDER BY h.id LIMIT :most

-- name: agencies.wrong_roster
SELECT h.id FROM agency_hosts h
WHERE h.state = 'on' AND NOT EXISTS (SELECT 1 FROM agency_contracts c WHERE c.agency_id = h.agency_id AND c.state = 'in_force')
ORDER BY h.id LIMIT :most

-- What settle shares by is what the host consented to, to the millisecond.
-- name: agencies.wrong_share
SELECT h.id FROM agency_hosts h
WHERE h.from_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM host_agencies a WHERE a.host_id = h.host_id
    AND a.agency_id = h.agency_id AND a.from_at = h.from_at AND a.until_at = h.until_at)
ORDER BY h.id LIMIT :most

-- name: agencies.wrong_overlap
SELECT a.id FROM host_agencies a
WHERE EXISTS (SELECT 1 FROM host_agencies b WHERE b.host_id = a.host_id AND b.id > a.id
    AND b.from_at < a.until_at AND a.from_at < b.until_at)
ORDER BY a.id LIMIT :most

-- For `guildhall seal`.

-- name: agencies.contact_name_seal_next
SELECT agency_id AS id, name AS sealed FROM agency_contacts
WHERE agency_id > :after AND substr(name, 2, 1) <> :key ORDER BY agency_id LIMIT :most

-- name: agencies.contact_name_seal_put
UPDATE agency_contacts SET name = :sealed WHERE agency_id = :id AND name = :before

-- name: agencies.contact_name_seal_count
SELECT substr(name, 2, 1) AS key, count(*) AS n FROM agency_contacts GROUP BY 1

-- name: agencies.contact_phone_seal_next
SELECT agency_id AS id, phone AS sealed FROM agency_contacts
WHERE agency_id > :after AND substr(phone, 2, 1) <> :key ORDER BY agency_id LIMIT :most

-- name: agencies.contact_phone_seal_put
UPDATE agency_contacts SET phone = :sealed WHERE agency_id = :id AND phone = :before

-- name: agencies.contact_phone_seal_count
SELECT substr(phone, 2, 1) AS key, count(*) AS n FROM agency_contacts GROUP BY 1
