-- Floors and spaces.

-- name: venue.floors
SELECT id, position, name_zh, name_en FROM venue_floors ORDER BY position, id

-- name: venue.floor_add
INSERT INTO venue_floors (position, name_zh, name_en)
VALUES ((SELECT coalesce(max(position), 0) + 1 FROM venue_floors), :name_zh, :name_en)
RETURNING id

-- name: venue.space_add
INSERT INTO venue_spaces (floor_id, code, kind, name_zh, name_en, area_dm2, seats, equipment, price_fen, who_may,
    organisation_id, needs_word, door_token, created_at)
VALUES (:floor, :code, :kind, :name_zh, :name_en, :area, :seats, :equipment, :price, :who_may, :organisation,
    :needs_word, :door_token, :now)
RETURNING id

-- name: venue.hours_put
INSERT INTO venue_hours (space_id, weekday, from_step, until_step) VALUES (:space, :weekday, :from, :until)
ON CONFLICT (space_id, weekday) DO UPDATE SET from_step = excluded.from_step, until_step = excluded.until_step

-- name: venue.space_get
SELECT s.id, s.floor_id, s.code, s.kind, s.name_zh, s.name_en, s.area_dm2, s.seats, s.equipment, s.price_fen, s.who_may,
    s.organisation_id, s.needs_word, s.door_token, s.door_turns, s.is_open, f.name_zh AS floor_zh, f.name_en AS floor_en
FROM venue_spaces s JOIN venue_floors f ON f.id = s.floor_id
WHERE s.id = :space

-- A day over all spaces in use (find.c), or of one.

-- name: venue.spaces_on
SELECT s.id, s.code, s.kind, s.name_zh, s.name_en, s.area_dm2, s.seats, s.equipment, s.price_fen, s.who_may,
    s.organisation_id, s.floor_id, f.name_zh AS floor_zh, f.name_en AS floor_en, h.from_step, h.until_step
FROM venue_spaces s JOIN venue_floors f ON f.id = s.floor_id
LEFT JOIN venue_hours h ON h.space_id = s.id AND h.weekday = :weekday
WHERE s.is_open = 1
ORDER BY f.position, f.id, s.code LIMIT :most

-- name: venue.space_on
SELECT s.id, s.code, s.kind, s.name_zh, s.name_en, s.area_dm2, s.seats, s.equipment, s.price_fen, s.who_may,
    s.organisation_id, f.name_zh AS floor_zh, f.name_en AS floor_en, h.from_step, h.until_step
FROM venue_spaces s JOIN venue_floors f ON f.id = s.floor_id
LEFT JOIN venue_hours h ON h.space_id = s.id AND h.weekday = :weekday
WHERE s.is_open = 1 AND s.id = :space

-- name: venue.closures_on
SELECT id, space_id, from_step, until_step, reason_zh, reason_en FROM venue_closures
WHERE lifted_at IS NULL AND until_day >= :day AND from_day <= :day

-- name: venue.held_on
SELECT space_id, from_step, held_until FROM venue_bookings
WHERE day = :day AND held_until > from_step AND id <> :except

-- name: venue.held_of
SELECT space_id, from_step, held_until FROM venue_bookings
WHERE day = :day AND held_until > from_step AND space_id = :space AND id <> :except

-- name: venue.close
INSERT INTO venue_closures (space_id, from_day, until_day, from_step, until_step, reason_zh, reason_en, by_id, at)
VALUES (:space, :from_day, :until_day, :from, :until, :reason_zh, :reason_en, :by, :now)
RETURNING id

-- Rules.

-- name: venue.rules_at
SELECT id, first_day, longest_min, ahead_days, open_most, weeks_most, reconfirm_h, release_h, early_min, late_min,
    cancel_h, miss_most, miss_days, block_days, offer_min
FROM venue_rules WHERE first_day <= :day ORDER BY first_day DESC, id DESC LIMIT 1

-- What rules of persons ask: may: is it a space for this person; open: bookings to come, a series once.
-- name: venue.person
SELECT (SELECT count(*) FROM venue_spaces s WHERE s.id = :space AND (s.who_may = 'member' OR (s.who_may = 'factory'
            AND EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = :user AND m.organisation_id = s.organisation_id))))
        AS may,
    (SELECT count(DISTINCT coalesce(b.series_id, -b.id)) FROM venue_bookings b
        WHERE b.user_id = :user AND b.starts_at > :now AND b.subject = ''
            AND b.state IN ('asked', 'pending', 'confirmed', 'waitlisted')) AS open,
    (SELECT count(*) FROM venue_bookings b
        WHERE b.user_id = :user AND b.starts_at > :missed_since AND b.is_missed = 1) AS missed,
    (SELECT coalesce(max(b.starts_at), 0) FROM venue_bookings b
        WHERE b.user_id = :user AND b.starts_at > :missed_since AND b.is_missed = 1 AND b.id <> :except) AS last_missed

-- Bookings.

-- name: venue.booking_add
INSERT INTO venue_bookings (space_id, day, from_step, until_step, held_until, starts_at, ends_at, state, user_id, subject,
    title_zh, title_en, series_id, price_fen, is_sure, created_at, changed_at)
VALUES (:space, :day, :from, :until, :from, :starts_at, :ends_at, 'new', :user, :subject, :title_zh, :title_en, :series,
    :price, :is_sure, :now, :now)
RETURNING id

-- name: venue.booking_get
SELECT b.id, b.space_id, b.day, b.from_step, b.until_step, b.held_until, b.starts_at, b.ends_at, b.state, b.user_id,
    b.subject, b.title_zh, b.title_en, b.series_id, b.price_fen, b.due_at, b.is_sure, b.is_missed, b.created_at,
    s.code, s.name_zh, s.name_en, s.needs_word, s.price_fen AS hour_fen, u.name AS user_name
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id JOIN users u ON u.id = b.user_id
WHERE b.id = :booking

-- name: venue.booking_same
SELECT id FROM venue_bookings
WHERE day = :day AND space_id = :space AND from_step = :from AND until_step = :until AND user_id = :user
    AND subject = :subject AND held_until = until_step AND state IN ('asked', 'pending', 'confirmed', 'checked_in')
ORDER BY id LIMIT 1

-- name: venue.booking_waits
SELECT id FROM venue_bookings
WHERE day = :day AND space_id = :space AND from_step = :from AND until_step = :until AND user_id = :user
    AND state = 'waitlisted'
ORDER BY id LIMIT 1

-- name: venue.booking_state
UPDATE venue_bookings SET state = :state, held_until = :held, is_sure = :is_sure, is_missed = :is_missed, changed_at = :now
WHERE id = :booking

-- name: venue.booking_due
UPDATE venue_bookings SET due_at = :due WHERE id = :booking

-- name: venue.booking_place
UPDATE venue_bookings SET space_id = :space, day = :day, from_step = :from, until_step = :until, held_until = :until,
    starts_at = :starts_at, ends_at = :ends_at, price_fen = :price, is_sure = :is_sure, changed_at = :now
WHERE id = :booking

-- name: venue.booking_subject
SELECT b.id, b.space_id, b.day, b.from_step, b.until_step, b.state, b.user_id, s.code, s.name_zh, s.name_en
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id
WHERE b.subject = :subject AND b.subject <> '' AND b.state IN ('asked', 'pending', 'confirmed', 'checked_in')

-- name: venue.event_add
INSERT INTO venue_events (booking_id, at, actor_id, event, state, space_id, day, from_step, until_step, note)
SELECT id, :now, :actor, :event, state, space_id, day, from_step, until_step, :note
FROM venue_bookings WHERE id = :booking

-- name: venue.due
SELECT id, state, subject, is_sure FROM venue_bookings WHERE due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: venue.waiting
SELECT id, from_step, until_step FROM venue_bookings
WHERE space_id = :space AND day = :day AND state = 'waitlisted' ORDER BY id LIMIT :most

-- What `guildhall check` looks for.

-- name: venue.check_shared
SELECT a.id FROM venue_bookings a JOIN venue_bookings b ON b.day = a.day AND b.space_id = a.space_id AND b.id > a.id
    AND b.held_until > b.from_step AND b.from_step < a.held_until AND a.from_step < b.held_until
WHERE a.held_until > a.from_step
ORDER BY a.id LIMIT :most

-- name: venue.check_state
SELECT b.id FROM venue_bookings b
WHERE b.state <> coalesce((SELECT e.state FROM venue_events e WHERE e.booking_id = b.id ORDER BY e.id DESC LIMIT 1), '')
    OR (b.state IN ('asked', 'pending', 'confirmed', 'checked_in') AND b.held_until <> b.until_step)
    OR (b.state = 'waitlisted' AND b.held_until <> b.from_step)
ORDER BY b.id LIMIT :most

-- Cells that rows hold, by space.
-- name: venue.check_held
SELECT s.id, coalesce((SELECT sum(b.held_until - b.from_step) FROM venue_bookings b WHERE b.space_id = s.id), 0) AS held,
    coalesce((SELECT l.credits_posted - l.debits_posted FROM ledger_balances l
        WHERE l.unit = 'slot' AND l.subject = 'space:' || s.id AND l.role = 'taken'), 0) AS taken
FROM venue_spaces s ORDER BY s.id

-- A booking's cells as the ledger has them: each that it holds was taken for it and not given back.
-- name: venue.check_cells
SELECT b.id FROM venue_bookings b
WHERE b.held_until - b.from_step <> (SELECT coalesce(sum(CASE t.reason WHEN 'booking' THEN 1 WHEN 'freed' THEN -1 ELSE 0 END), 0)
    FROM ledger_transfers t WHERE t.ref = 'booking:' || b.id)
ORDER BY b.id LIMIT :most

-- Pages.

-- name: venue.series_add
INSERT INTO venue_series (user_id, weeks, made_at) VALUES (:user, :weeks, :now) RETURNING id

-- name: venue.mine
SELECT b.id, b.space_id, b.day, b.from_step, b.until_step, b.starts_at, b.ends_at, b.state, b.user_id, b.subject,
    b.title_zh, b.title_en, s.code, s.name_zh, s.name_en, u.name AS user_name
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id JOIN users u ON u.id = b.user_id
WHERE b.user_id = :user
ORDER BY b.starts_at DESC, b.id DESC LIMIT :most

-- name: venue.events
SELECT e.at, e.event, e.state, e.day, e.from_step, e.until_step, e.note, s.code, u.name AS actor_name
FROM venue_events e JOIN venue_spaces s ON s.id = e.space_id LEFT JOIN users u ON u.id = e.actor_id
WHERE e.booking_id = :booking ORDER BY e.id

-- What stands on a board: of one day over all spaces, or of one space over a week.
-- name: venue.board
SELECT b.id, b.space_id, b.day, b.from_step, b.until_step, b.held_until, b.state, b.user_id, b.subject, b.title_zh,
    b.title_en, s.code, s.name_zh, s.name_en, u.name AS user_name
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id JOIN users u ON u.id = b.user_id
WHERE b.day = :day AND b.held_until > b.from_step
ORDER BY b.space_id, b.from_step

-- name: venue.week
SELECT b.id, b.space_id, b.day, b.from_step, b.until_step, b.held_until, b.state, b.user_id, b.subject, b.title_zh,
    b.title_en, s.code, s.name_zh, s.name_en, u.name AS user_name
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id JOIN users u ON u.id = b.user_id
WHERE b.space_id = :space AND b.day BETWEEN :from AND :until AND b.held_until > b.from_step
ORDER BY b.day, b.from_step

-- name: venue.to_tell
SELECT b.id, b.user_id, b.subject, b.state, b.starts_at, b.ends_at, s.name_zh, s.name_en,
    coalesce((SELECT e.note FROM venue_events e WHERE e.booking_id = b.id ORDER BY e.id DESC LIMIT 1), '') AS note
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id WHERE b.id = :booking

-- A show's room (show.c).

-- name: venue.may
SELECT count(*) AS may FROM venue_spaces s JOIN users u ON u.id = :user
WHERE s.id = :space AND (s.who_may = 'member' OR (u.roles & 24) <> 0 OR (s.who_may = 'factory'
    AND EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.organisation_id = s.organisation_id)))

-- name: venue.booking_title
UPDATE venue_bookings SET title_zh = :zh, title_en = :en WHERE id = :booking

-- Feeds and doors.

-- name: venue.feed_add
INSERT INTO venue_feeds (token_hash, space_id, user_id, made_at) VALUES (:hash, :space, :user, :now) RETURNING id

-- name: venue.feed_by_token
SELECT id, space_id, user_id FROM venue_feeds WHERE token_hash = :hash AND revoked_at IS NULL

-- name: venue.feeds_of
SELECT f.id, f.space_id, f.made_at, s.code FROM venue_feeds f LEFT JOIN venue_spaces s ON s.id = f.space_id
WHERE f.user_id = :user AND f.revoked_at IS NULL ORDER BY f.id

-- name: venue.feed_revoke
UPDATE venue_feeds SET revoked_at = :now WHERE id = :feed AND user_id = :user AND revoked_at IS NULL

-- name: venue.feed_space
SELECT b.id, b.starts_at, b.ends_at, b.title_zh, b.title_en, b.state, b.changed_at, s.name_zh, s.name_en, s.code
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id
WHERE b.space_id = :space AND b.day >= :day AND b.state IN ('asked', 'pending', 'confirmed', 'checked_in', 'done')
ORDER BY b.starts_at LIMIT :most

-- name: venue.feed_user
SELECT b.id, b.starts_at, b.ends_at, b.title_zh, b.title_en, b.state, b.changed_at, s.name_zh, s.name_en, s.code
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id
WHERE b.user_id = :user AND b.starts_at >= :since AND b.state IN ('asked', 'pending', 'confirmed', 'checked_in', 'done')
ORDER BY b.starts_at LIMIT :most

-- name: venue.space_by_door
SELECT id, door_turns FROM venue_spaces WHERE door_token = :token AND is_open = 1

-- name: venue.door_set
UPDATE venue_spaces SET door_turns = :turns, door_token = :token WHERE id = :space

-- name: venue.at_door
SELECT b.id FROM venue_bookings b
WHERE b.space_id = :space AND b.user_id = :user AND b.day = :day AND b.ends_at > :now
    AND b.state IN ('confirmed', 'pending', 'checked_in')
ORDER BY b.starts_at LIMIT 1

-- The base's desk (manage.c).

-- name: venue.spaces_all
SELECT s.id, s.code, s.kind, s.name_zh, s.name_en, s.area_dm2, s.seats, s.equipment, s.price_fen, s.who_may, s.is_open,
    s.organisation_id, f.name_zh AS floor_zh, f.name_en AS floor_en
FROM venue_spaces s JOIN venue_floors f ON f.id = s.floor_id
ORDER BY f.position, f.id, s.code LIMIT :most

-- name: venue.space_edit
UPDATE venue_spaces SET name_zh = :name_zh, name_en = :name_en, area_dm2 = :area, seats = :seats, equipment = :equipment,
    price_fen = :price, who_may = :who_may, organisation_id = :organisation, needs_word = :needs_word, is_open = :is_open
WHERE id = :space

-- name: venue.hours_of
SELECT weekday, from_step, until_step FROM venue_hours WHERE space_id = :space ORDER BY weekday

-- name: venue.hours_drop
DELETE FROM venue_hours WHERE space_id = :space AND weekday = :weekday

-- name: venue.closures
SELECT c.id, c.from_day, c.until_day, c.from_step, c.until_step, c.reason_zh, c.reason_en, s.code
FROM venue_closures c LEFT JOIN venue_spaces s ON s.id = c.space_id
WHERE c.lifted_at IS NULL AND c.until_day >= :day ORDER BY c.from_day, c.id LIMIT 200

-- name: venue.lift
UPDATE venue_closures SET lifted_at = :now, lifted_by = :by WHERE id = :closure AND lifted_at IS NULL

-- name: venue.rules_add
INSERT INTO venue_rules (first_day, longest_min, ahead_days, open_most, weeks_most, reconfirm_h, release_h, early_min,
    late_min, cancel_h, miss_most, miss_days, block_days, offer_min, by_id, at)
VALUES (:first_day, :longest_min, :ahead_days, :open_most, :weeks_most, :reconfirm_h, :release_h, :early_min, :late_min,
    :cancel_h, :miss_most, :miss_days, :block_days, :offer_min, :by, :now)

-- What waits for the base (todo.c): see town/console.

-- name: venue.todo_asked
SELECT count(*) OVER () AS n, s.name_zh || ' ' || s.code AS label_zh, s.name_en || ' ' || s.code AS label_en,
    '/venue/bookings/' || b.id AS link, b.title_zh AS note, b.starts_at AS at
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id
WHERE b.state = 'asked' AND b.starts_at > :from AND b.starts_at <= :until AND :organisation = 0
ORDER BY b.starts_at, b.id LIMIT :most OFFSET :skip

-- Booked before it was closed: somebody has to move it.
-- name: venue.hit_by
SELECT b.id, b.user_id, b.starts_at, b.ends_at, s.name_zh, s.name_en
FROM venue_closures c JOIN venue_bookings b ON (c.space_id IS NULL OR c.space_id = b.space_id)
    AND b.day BETWEEN c.from_day AND c.until_day AND c.from_step < b.until_step AND b.from_step < c.until_step
JOIN venue_spaces s ON s.id = b.space_id
WHERE c.id = :closure AND b.held_until > b.from_step AND b.state IN ('asked', 'pending', 'confirmed') AND b.ends_at > :now
ORDER BY b.id

-- name: venue.todo_closed
SELECT count(*) OVER () AS n, s.name_zh || ' ' || s.code AS label_zh, s.name_en || ' ' || s.code AS label_en,
    '/venue/bookings/' || b.id AS link, b.title_zh AS note, b.starts_at AS at
FROM venue_bookings b JOIN venue_spaces s ON s.id = b.space_id
WHERE b.held_until > b.from_step AND b.state IN ('asked', 'pending', 'confirmed') AND :organisation = 0
    AND b.starts_at > :from AND b.starts_at <= :until
    AND EXISTS (SELECT 1 FROM venue_closures c WHERE c.lifted_at IS NULL AND (c.space_id IS NULL OR c.space_id = b.space_id)
        AND b.day BETWEEN c.from_day AND c.until_day AND c.from_step < b.until_step AND b.from_step < c.until_step)
ORDER BY b.starts_at, b.id LIMIT :most OFFSET :skip

-- A text that says one of the base's rooms: its name, its number, or words of which one is its number.
-- name: venue.named
SELECT id FROM venue_spaces WHERE lower(code) = lower(:text) OR name_zh = :text OR lower(name_en) = lower(:text)
    OR ' ' || lower(:text) || ' ' LIKE '% ' || lower(code) || ' %'
    OR (length(code) >= 3 AND lower(:text) LIKE '%' || lower(code) || '%') LIMIT 1
