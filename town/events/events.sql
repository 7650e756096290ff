-- What an event, a party and a meeting are on pages.

-- When a slot of e begins.
-- part: slot_at
(e.starts_at + (m.slot * e.slot_min + CASE WHEN e.break_after > 0 AND m.slot >= e.break_after THEN e.break_min ELSE 0 END) * 60000)

-- part: event
SELECT e.id, e.title_zh, e.title_en, e.about_zh, e.about_en, e.state, e.starts_at, e.ends_at, e.slot_min, e.slots,
    e.break_after, e.break_min, e.tables_n, e.space_id, e.room, e.deadline_at, e.version, e.draft_version, e.draft_worth,
    e.draft_greedy, e.changed_at, e.held_at, s.name_zh AS space_zh, s.name_en AS space_en, s.code AS space_code,
    (SELECT count(*) FROM event_parties p WHERE p.event_id = e.id AND p.side = 'factory' AND p.state IN ('in', 'here')) AS factories,
    (SELECT count(*) FROM event_parties p WHERE p.event_id = e.id AND p.side = 'agency' AND p.state IN ('in', 'here')) AS agencies,
    (SELECT count(*) FROM event_parties p WHERE p.event_id = e.id AND p.arrived_at IS NOT NULL) AS arrived,
    (SELECT count(*) FROM event_meetings m WHERE m.event_id = e.id AND m.state <> 'fallen') AS meetings,
    (SELECT count(*) FROM event_meetings m WHERE m.event_id = e.id AND m.state = 'met') AS met
FROM events e LEFT JOIN venue_spaces s ON s.id = e.space_id

-- part: party
SELECT p.id, p.event_id, p.organisation_id, p.side, p.state, p.most, p.free_slots, p.feed_n, p.arrived_at, p.changed_at,
    o.name_zh, o.name_en, o.slug, e.state AS event_state
FROM event_parties p JOIN organisations o ON o.id = p.organisation_id JOIN events e ON e.id = p.event_id

-- part: meeting
SELECT m.id, m.event_id, m.slot, m.table_n, m.state, m.factory_id, m.agency_id, {slot_at} AS starts_at,
    {slot_at} + e.slot_min * 60000 AS ends_at, m.changed_at, e.state AS event_state,
    fo.name_zh AS factory_zh, fo.name_en AS factory_en, ao.name_zh AS agency_zh, ao.name_en AS agency_en,
    f.organisation_id AS factory_org, a.organisation_id AS agency_org,
    f.arrived_at AS factory_arrived, a.arrived_at AS agency_arrived,
    fw.hearts AS factory_hearts, aw.hearts AS agency_hearts,
    fx.outcome AS factory_outcome, fx.note AS factory_note, ax.outcome AS agency_outcome, ax.note AS agency_note
FROM event_meetings m JOIN events e ON e.id = m.event_id
JOIN event_parties f ON f.id = m.factory_id JOIN organisations fo ON fo.id = f.organisation_id
JOIN event_parties a ON a.id = m.agency_id JOIN organisations ao ON ao.id = a.organisation_id
LEFT JOIN event_wishes fw ON fw.party_id = f.id AND fw.other_id = a.id
LEFT JOIN event_wishes aw ON aw.party_id = a.id AND aw.other_id = f.id
LEFT JOIN event_outcomes fx ON fx.meeting_id = m.id AND fx.side = 'factory'
LEFT JOIN event_outcomes ax ON ax.meeting_id = m.id AND ax.side = 'agency'

-- Events.

-- name: events.add
INSERT INTO events (title_zh, title_en, about_zh, about_en, state, starts_at, ends_at, slot_min, slots, break_after,
    break_min, tables_n, space_id, room, deadline_at, version, created_at, changed_at)
VALUES (:title_zh, :title_en, :about_zh, :about_en, 'open', :starts, :ends, :slot_min, :slots, :break_after, :break_min,
    :tables, :space, :room, :deadline, 1, :now, :now)
RETURNING id

-- name: events.get
{event} WHERE e.id = :event

-- name: events.coming
{event} WHERE e.state IN ('open', 'planned', 'published', 'running') ORDER BY e.starts_at, e.id LIMIT :most

-- name: events.over
{event} WHERE e.state = 'done' ORDER BY e.starts_at DESC, e.id DESC LIMIT :most

-- name: events.all
{event} ORDER BY CASE e.state WHEN 'done' THEN 1 WHEN 'cancelled' THEN 2 ELSE 0 END,
    CASE WHEN e.state IN ('done', 'cancelled') THEN -e.starts_at ELSE e.starts_at END, e.id LIMIT :most

-- Those of events.parties_of, in the same order.
-- name: events.of_organisation
{event} JOIN event_parties own ON own.event_id = e.id AND own.organisation_id = :organisation
ORDER BY e.starts_at DESC, own.id DESC LIMIT :most

-- name: events.state_set
UPDATE events SET state = :state, changed_at = :now, held_at = coalesce(:held, held_at) WHERE id = :event

-- name: events.log_add
INSERT INTO event_log (event_id, at, actor_id, event, state, note) VALUES (:event, :now, :actor, :did, :state, :note)

-- name: events.log
SELECT l.id, l.at, l.event, l.state, l.note, u.name AS actor
FROM event_log l LEFT JOIN users u ON u.id = l.actor_id WHERE l.event_id = :event ORDER BY l.id DESC LIMIT :most

-- name: events.touch
UPDATE events SET version = version + 1 WHERE id = :event

-- name: events.move
UPDATE events SET starts_at = :starts, ends_at = :ends, deadline_at = :deadline, space_id = :space, room = :room,
    changed_at = :now WHERE id = :event

-- name: events.set_space
UPDATE events SET space_id = :space, changed_at = :now WHERE id = :event

-- name: events.space
SELECT id, name_zh, name_en FROM venue_spaces WHERE id = :space

-- name: events.spaces
SELECT id, code, name_zh, name_en FROM venue_spaces ORDER BY code, id LIMIT :most

-- name: events.due
SELECT id, state FROM events
WHERE (state = 'published' AND starts_at <= :now) OR (state = 'running' AND ends_at <= :until)
    OR (state IN ('open', 'planned') AND ends_at <= :now)
ORDER BY starts_at, id LIMIT :most

-- Parties.

-- name: events.organisation
SELECT o.id, o.kind, o.name_zh, o.name_en, f.state AS factory_state
FROM organisations o LEFT JOIN factories f ON f.organisation_id = o.id
WHERE o.id = :organisation

-- Who may be invited: in the town, and not in the event yet.
-- name: events.invitable
SELECT o.id, o.kind, o.name_zh, o.name_en
FROM organisations o LEFT JOIN factories f ON f.organisation_id = o.id
WHERE (o.kind = 'factory' AND f.state = 'approved'
    OR o.kind = 'agency' AND EXISTS (SELECT 1 FROM agency_contracts c WHERE c.agency_id = o.id AND c.state = 'in_force'))
    AND NOT EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = :event AND p.organisation_id = o.id
        AND p.state IN ('invited', 'in', 'here'))
ORDER BY o.kind, o.name_zh, o.id LIMIT :most

-- name: events.party_add
INSERT INTO event_parties (event_id, organisation_id, side, state, most, free_slots, created_at, changed_at)
VALUES (:event, :organisation, :side, :state, :most, :free, :now, :now)
RETURNING id

-- name: events.party_set
UPDATE event_parties SET state = :state, changed_at = :now,
    arrived_at = CASE WHEN :state = 'here' THEN coalesce(arrived_at, :now) ELSE arrived_at END
WHERE id = :party

-- name: events.party_terms
UPDATE event_parties SET most = :most, free_slots = :free WHERE id = :party

-- name: events.party_log_add
INSERT INTO event_party_log (party_id, at, actor_id, event, state, note)
VALUES (:party, :now, :actor, :did, :state, :note)

-- name: events.party
{party} WHERE p.id = :party

-- name: events.party_of
{party} WHERE p.event_id = :event AND p.organisation_id = :organisation

-- name: events.parties
{party} WHERE p.event_id = :event ORDER BY p.side, o.name_zh, p.id LIMIT :most

-- Who takes part: no more than EVENTS_SIDE_MAX of a side.
-- name: events.takers
{party} WHERE p.event_id = :event AND p.state IN ('in', 'here') ORDER BY p.side, o.name_zh, p.id LIMIT :most

-- They, and who is invited.
-- name: events.addressees
{party} WHERE p.event_id = :event AND p.state IN ('in', 'here', 'invited') ORDER BY p.side, o.name_zh, p.id LIMIT :most

-- Of a side, whatever became of them.
-- name: events.asked
SELECT count(*) AS n FROM event_parties WHERE event_id = :event AND side = :side

-- name: events.was_held
SELECT CASE WHEN
    EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = :event AND p.side = 'factory' AND p.arrived_at IS NOT NULL)
    AND EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = :event AND p.side = 'agency' AND p.arrived_at IS NOT NULL)
    THEN 1 ELSE 0 END AS held

-- name: events.parties_of
{party} WHERE p.organisation_id = :organisation ORDER BY e.starts_at DESC, p.id DESC LIMIT :most

-- Those that a plan is about: who takes part, and who has left but has met somebody.
-- name: events.plan_parties
{party} WHERE p.event_id = :event AND (p.state IN ('in', 'here')
    OR EXISTS (SELECT 1 FROM event_meetings m WHERE m.factory_id = p.id AND m.state <> 'fallen')
    OR EXISTS (SELECT 1 FROM event_meetings m WHERE m.agency_id = p.id AND m.state <> 'fallen'))
ORDER BY p.side, p.id LIMIT :most

-- name: events.clerks
SELECT user_id FROM memberships WHERE organisation_id = :organisation ORDER BY user_id LIMIT :most

-- Makers that the town no longer has among its own and agencies without a contract in force, in events to come.
-- name: events.gone_parties
SELECT p.id FROM event_parties p JOIN events e ON e.id = p.event_id
LEFT JOIN factories f ON f.organisation_id = p.organisation_id
WHERE e.state IN ('open', 'planned', 'published', 'running') AND p.state IN ('in', 'here')
    AND (p.side = 'factory' AND (f.state IS NULL OR f.state = 'suspended')
        OR p.side = 'agency' AND NOT EXISTS (SELECT 1 FROM agency_contracts c
            WHERE c.agency_id = p.organisation_id AND c.state = 'in_force'))
ORDER BY p.id LIMIT :most

-- Wishes.

-- name: events.wish_set
INSERT INTO event_wishes (party_id, other_id, hearts) VALUES (:party, :other, :hearts)
ON CONFLICT (party_id, other_id) DO UPDATE SET hearts = excluded.hearts

-- name: events.wish_drop
DELETE FROM event_wishes WHERE party_id = :party AND other_id = :other

-- name: events.wishes
SELECT w.party_id, w.other_id, w.hearts FROM event_wishes w JOIN event_parties p ON p.id = w.party_id
WHERE p.event_id = :event ORDER BY w.party_id, w.other_id LIMIT :most OFFSET :skip

-- The other side, with what the party wishes of it.
-- name: events.others
SELECT p.id, p.side, o.name_zh, o.name_en, o.slug, o.about_zh, o.about_en, w.hearts,
    CASE WHEN EXISTS (SELECT 1 FROM event_meetings m WHERE m.state <> 'fallen'
        AND (m.factory_id = :party AND m.agency_id = p.id OR m.agency_id = :party AND m.factory_id = p.id)) THEN 1 ELSE 0 END AS is_met
FROM event_parties p JOIN organisations o ON o.id = p.organisation_id
LEFT JOIN event_wishes w ON w.party_id = :party AND w.other_id = p.id
WHERE p.event_id = :event AND p.side <> :side AND p.state IN ('in', 'here') ORDER BY o.name_zh, p.id LIMIT :most

-- Products of the makers that take part, with whether an agency wants to see them.
-- name: events.shown
SELECT x.party_id, d.id, d.slug, d.title_zh, d.title_en,
    CASE WHEN EXISTS (SELECT 1 FROM event_product_wishes w WHERE w.party_id = :party AND w.product_id = d.id) THEN 1 ELSE 0 END
        AS is_wished,
    (SELECT min(k.id) FROM skus k WHERE k.product_id = d.id AND k.status = 'on') AS sku
FROM event_products x JOIN event_parties p ON p.id = x.party_id JOIN products d ON d.id = x.product_id
WHERE p.event_id = :event AND d.status = 'on' ORDER BY x.party_id, d.title_zh, d.id LIMIT :most

-- A maker's own products, with whether it shows them.
-- name: events.own_products
SELECT d.id, d.slug, d.title_zh, d.title_en,
    CASE WHEN EXISTS (SELECT 1 FROM event_products x WHERE x.party_id = :party AND x.product_id = d.id) THEN 1 ELSE 0 END AS is_shown
FROM products d WHERE d.organisation_id = :organisation AND d.status = 'on' ORDER BY d.title_zh, d.id LIMIT :most

-- name: events.product_add
INSERT INTO event_products (party_id, product_id) SELECT CAST(:party AS BIGINT), d.id FROM products d
WHERE d.id = :product AND d.organisation_id = :organisation AND d.status = 'on'

-- name: events.products_drop
DELETE FROM event_products WHERE party_id = :party

-- name: events.product_wish_add
INSERT INTO event_product_wishes (party_id, product_id) SELECT CAST(:party AS BIGINT), x.product_id FROM event_products x
JOIN event_parties p ON p.id = x.party_id WHERE x.product_id = :product AND p.event_id = :event

-- name: events.product_wishes_drop
DELETE FROM event_product_wishes WHERE party_id = :party

-- How many products of whom an agency wants to see.
-- name: events.product_wishes
SELECT w.party_id, x.party_id AS other_id, count(*) AS n
FROM event_product_wishes w JOIN event_products x ON x.product_id = w.product_id
JOIN event_parties p ON p.id = w.party_id JOIN event_parties q ON q.id = x.party_id AND q.event_id = p.event_id
WHERE p.event_id = :event GROUP BY w.party_id, x.party_id ORDER BY w.party_id, x.party_id LIMIT :most

-- Plans.

-- name: events.draft_drop
DELETE FROM event_drafts WHERE event_id = :event

-- name: events.draft_add
INSERT INTO event_drafts (event_id, slot, table_n, factory_id, agency_id) VALUES (:event, :slot, :table, :factory, :agency)

-- name: events.draft_is
UPDATE events SET draft_version = version, draft_worth = :worth, draft_greedy = :greedy WHERE id = :event

-- name: events.drafts
SELECT m.slot, m.table_n, m.factory_id, m.agency_id, {slot_at} AS starts_at, {slot_at} + e.slot_min * 60000 AS ends_at,
    fo.name_zh AS factory_zh, fo.name_en AS factory_en, ao.name_zh AS agency_zh, ao.name_en AS agency_en,
    fw.hearts AS factory_hearts, aw.hearts AS agency_hearts
FROM event_drafts m JOIN events e ON e.id = m.event_id
JOIN event_parties f ON f.id = m.factory_id JOIN organisations fo ON fo.id = f.organisation_id
JOIN event_parties a ON a.id = m.agency_id JOIN organisations ao ON ao.id = a.organisation_id
LEFT JOIN event_wishes fw ON fw.party_id = f.id AND fw.other_id = a.id
LEFT JOIN event_wishes aw ON aw.party_id = a.id AND aw.other_id = f.id
WHERE m.event_id = :event ORDER BY m.slot, m.table_n LIMIT :most

-- name: events.meeting_add
INSERT INTO event_meetings (event_id, slot, table_n, factory_id, agency_id, state, created_at, changed_at)
VALUES (:event, :slot, :table, :factory, :agency, 'planned', :now, :now)
RETURNING id

-- name: events.meeting_set
UPDATE event_meetings SET state = :state, changed_at = :now WHERE id = :meeting

-- name: events.meeting_place
UPDATE event_meetings SET slot = :slot, table_n = :table, changed_at = :now WHERE id = :meeting

-- name: events.meeting_log_add
INSERT INTO event_meeting_log (meeting_id, at, actor_id, event, state, note)
VALUES (:meeting, :now, :actor, :did, :state, :note)

-- name: events.meeting
{meeting} WHERE m.id = :meeting

-- name: events.meetings
{meeting} WHERE m.event_id = :event AND m.state <> 'fallen' ORDER BY m.slot, m.table_n LIMIT :most

-- name: events.meetings_of
{meeting} WHERE (m.factory_id = :party OR m.agency_id = :party) AND m.state <> 'fallen' ORDER BY m.slot LIMIT :most

-- name: events.outcome_set
INSERT INTO event_outcomes (meeting_id, side, outcome, note, at, actor_id)
VALUES (:meeting, :side, :outcome, :note, :now, :actor)
ON CONFLICT (meeting_id, side) DO UPDATE SET outcome = excluded.outcome, note = excluded.note, at = excluded.at,
    actor_id = excluded.actor_id

-- Follow-ups.

-- Events that are over, and of which not all are asked yet.
-- name: events.unasked
SELECT id, ends_at FROM events WHERE state = 'done' AND asked_at IS NULL ORDER BY starts_at, id LIMIT :most

-- name: events.all_asked
UPDATE events SET asked_at = :now WHERE id = :event

-- Meetings that go on: of which nobody spoke, or somebody who spoke did not say no.
-- name: events.meetings_unasked
{meeting} WHERE m.event_id = :event AND m.state = 'met'
    AND (fx.outcome IS NULL AND ax.outcome IS NULL OR fx.outcome <> 'no' OR ax.outcome <> 'no')
    AND NOT EXISTS (SELECT 1 FROM event_follow_ups w WHERE w.meeting_id = m.id)
ORDER BY m.id LIMIT :most

-- name: events.follow_add
INSERT INTO event_follow_ups (meeting_id, side, days, due_at, note) VALUES (:meeting, :side, :days, :due, '')
ON CONFLICT (meeting_id, side, days) DO NOTHING
RETURNING id

-- name: events.follows_open
SELECT id FROM event_follow_ups WHERE meeting_id = :meeting AND answer IS NULL ORDER BY id LIMIT :most

-- name: events.follow_drop
DELETE FROM event_follow_ups WHERE id = :follow AND answer IS NULL

-- part: follow
SELECT w.id, w.meeting_id, w.side, w.days, w.due_at, w.answer, w.note, w.answered_at, m.event_id, m.factory_id, m.agency_id,
    e.title_zh, e.title_en, e.starts_at, f.organisation_id AS factory_org, a.organisation_id AS agency_org,
    fo.name_zh AS factory_zh, fo.name_en AS factory_en, ao.name_zh AS agency_zh, ao.name_en AS agency_en
FROM event_follow_ups w JOIN event_meetings m ON m.id = w.meeting_id JOIN events e ON e.id = m.event_id
JOIN event_parties f ON f.id = m.factory_id JOIN organisations fo ON fo.id = f.organisation_id
JOIN event_parties a ON a.id = m.agency_id JOIN organisations ao ON ao.id = a.organisation_id

-- name: events.follow
{follow} WHERE w.id = :follow

-- name: events.follows
{follow} WHERE m.event_id = :event ORDER BY w.meeting_id, w.days, w.side LIMIT :most

-- name: events.follows_of
{follow} WHERE m.event_id = :event AND (w.side = 'factory' AND m.factory_id = :party OR w.side = 'agency' AND m.agency_id = :party)
    AND w.due_at <= :now
ORDER BY w.answer IS NULL DESC, w.due_at, w.id LIMIT :most

-- name: events.follow_answer
UPDATE event_follow_ups SET answer = :answer, note = :note, answered_at = :now, actor_id = :actor WHERE id = :follow

-- What was sold afterwards: lines that were paid, of the maker's goods, bought in shows of a host for whom the agency
-- spoke then (as town/settle shares it), placed after the two had met.

-- part: sold
FROM event_meetings m JOIN events e ON e.id = m.event_id
JOIN event_parties f ON f.id = m.factory_id JOIN event_parties a ON a.id = m.agency_id
JOIN host_agencies h ON h.agency_id = a.organisation_id
JOIN shows s ON s.host_id = h.host_id
JOIN orders o ON o.show_id = s.id AND o.factory_id = f.organisation_id AND o.paid_at IS NOT NULL
    AND o.placed_at > {slot_at} AND h.from_at <= o.placed_at AND h.until_at > o.placed_at
JOIN order_lines l ON l.order_id = o.id AND l.show_id = s.id
WHERE m.state = 'met'

-- name: events.sold_by_pair
SELECT m.id AS meeting, count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity), 0) AS pieces,
    coalesce(sum(l.quantity * l.price_fen - l.discount_fen), 0) AS sum_fen
{sold} AND m.event_id = :event GROUP BY m.id ORDER BY m.id LIMIT :most

-- name: events.figure_sold
SELECT coalesce(sum(l.quantity * l.price_fen - l.discount_fen), 0) AS value {sold} AND m.event_id = :of AND o.paid_at <= :until

-- name: events.figure_sold_rows
SELECT o.id, '/shows/' || s.id AS link, s.title_zh AS label_zh, s.title_en AS label_en, o.paid_at AS at,
    sum(l.quantity * l.price_fen - l.discount_fen) AS amount
{sold} AND m.event_id = :of AND o.paid_at <= :until AND o.id > :after
GROUP BY o.id, s.id, s.title_zh, s.title_en, o.paid_at ORDER BY o.id LIMIT :most

-- name: events.figure_sold_reach
SELECT min(created_at) AS at FROM events WHERE id = :of

-- name: events.figure_held
SELECT count(*) AS value FROM events WHERE held_at >= :from AND held_at <= :until

-- name: events.figure_held_rows
SELECT e.id, '/events/' || e.id AS link, e.title_zh AS label_zh, e.title_en AS label_en, e.held_at AS at, 1 AS amount
FROM events e WHERE e.held_at >= :from AND e.held_at <= :until AND e.id > :after ORDER BY e.id LIMIT :most

-- name: events.figure_reach
SELECT min(created_at) AS at FROM events

-- What waits.

-- Events that nobody has published, three weeks ahead.
-- name: events.todo_plan
SELECT count(*) OVER () AS n, e.title_zh AS label_zh, e.title_en AS label_en, '/events/' || e.id || '/desk' AS link,
    e.starts_at AS at
FROM events e WHERE :organisation = 0 AND e.state IN ('open', 'planned') AND e.starts_at > :from AND e.starts_at <= :until
ORDER BY e.starts_at, e.id LIMIT :most OFFSET :skip

-- name: events.todo_invited
SELECT count(*) OVER () AS n, e.title_zh AS label_zh, e.title_en AS label_en, '/events/' || e.id AS link, e.deadline_at AS at
FROM event_parties p JOIN events e ON e.id = p.event_id
WHERE p.organisation_id = :organisation AND p.state = 'invited' AND e.state IN ('open', 'planned')
    AND e.deadline_at > :from AND e.deadline_at <= :until
ORDER BY e.deadline_at, e.id LIMIT :most OFFSET :skip

-- name: events.todo_follow
SELECT count(*) OVER () AS n, ao.name_zh AS label_zh, ao.name_en AS label_en, '/events/follow-ups/' || w.id AS link,
    e.title_zh AS of_zh, e.title_en AS of_en, w.due_at AS at
FROM event_follow_ups w JOIN event_meetings m ON m.id = w.meeting_id JOIN events e ON e.id = m.event_id
JOIN event_parties f ON f.id = m.factory_id JOIN event_parties a ON a.id = m.agency_id
JOIN organisations ao ON ao.id = a.organisation_id
WHERE w.side = 'factory' AND w.answer IS NULL AND f.organisation_id = :organisation AND w.due_at > :from AND w.due_at <= :until
ORDER BY w.due_at, w.id LIMIT :most OFFSET :skip

-- What `guildhall check` looks for.

-- name: events.check_states
SELECT e.id FROM events e WHERE e.state <> coalesce((SELECT l.state FROM event_log l WHERE l.event_id = e.id
    ORDER BY l.id DESC LIMIT 1), '') ORDER BY e.id LIMIT :most

-- name: events.check_parties
SELECT p.id FROM event_parties p WHERE p.state <> coalesce((SELECT l.state FROM event_party_log l WHERE l.party_id = p.id
    ORDER BY l.id DESC LIMIT 1), '') ORDER BY p.id LIMIT :most

-- name: events.check_meetings
SELECT m.id FROM event_meetings m WHERE m.state <> coalesce((SELECT l.state FROM event_meeting_log l WHERE l.meeting_id = m.id
    ORDER BY l.id DESC LIMIT 1), '') ORDER BY m.id LIMIT :most

-- A meeting to come with somebody who has left.
-- name: events.check_left
SELECT m.id FROM event_meetings m JOIN event_parties f ON f.id = m.factory_id JOIN event_parties a ON a.id = m.agency_id
WHERE m.state = 'planned' AND (f.state NOT IN ('in', 'here') OR a.state NOT IN ('in', 'here')) ORDER BY m.id LIMIT :most

-- One that somebody refused.
-- name: events.check_never
SELECT m.id FROM event_meetings m JOIN event_wishes w ON w.hearts = -1
    AND (w.party_id = m.factory_id AND w.other_id = m.agency_id OR w.party_id = m.agency_id AND w.other_id = m.factory_id)
WHERE m.state <> 'fallen' ORDER BY m.id LIMIT :most

-- name: events.check_tables
SELECT m.id FROM event_meetings m JOIN events e ON e.id = m.event_id
WHERE m.state <> 'fallen' AND (m.table_n > e.tables_n OR m.slot >= e.slots) ORDER BY m.id LIMIT :most

-- name: events.check_held
SELECT e.id FROM events e WHERE (e.held_at IS NOT NULL) <> (e.state = 'done'
    AND EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = e.id AND p.side = 'factory' AND p.arrived_at IS NOT NULL)
    AND EXISTS (SELECT 1 FROM event_parties p WHERE p.event_id = e.id AND p.side = 'agency' AND p.arrived_at IS NOT NULL))
ORDER BY e.id LIMIT :most

-- name: events.feed_anew
UPDATE event_parties SET feed_n = feed_n + 1 WHERE id = :party

-- name: events.fallen
SELECT count(*) AS n FROM event_meetings WHERE event_id = :event AND state = 'fallen'

-- name: events.pair_meets
SELECT id FROM event_meetings WHERE state <> 'fallen'
    AND (factory_id = :party AND agency_id = :other OR factory_id = :other AND agency_id = :party) LIMIT 1

-- Wishes that both have, and how many of them met; of who has left only those that were met before.
-- name: events.mutual
SELECT count(*) AS wished, coalesce(sum(x.is_met), 0) AS planned
FROM (SELECT CASE WHEN p.state IN ('in', 'here') AND q.state IN ('in', 'here') THEN 1 ELSE 0 END AS is_in,
        CASE WHEN EXISTS (SELECT 1 FROM event_meetings m WHERE m.factory_id = a.party_id AND m.agency_id = a.other_id
            AND m.state <> 'fallen') THEN 1 ELSE 0 END AS is_met
    FROM event_wishes a JOIN event_parties p ON p.id = a.party_id AND p.side = 'factory' AND p.event_id = :event
    JOIN event_wishes b ON b.party_id = a.other_id AND b.other_id = a.party_id AND b.hearts > 0
    JOIN event_parties q ON q.id = b.party_id
    WHERE a.hearts > 0) x
WHERE x.is_in = 1 OR x.is_met = 1
