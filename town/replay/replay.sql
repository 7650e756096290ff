-- Following the crew's log (follow.c).

-- name: replay.cursor
SELECT c.event_id, coalesce((SELECT max(e.id) FROM show_events e), 0) AS newest
FROM replay_cursor c WHERE c.id = 1

-- name: replay.cursor_set
UPDATE replay_cursor SET event_id = :event WHERE id = 1

-- name: replay.events
SELECT e.id, e.show_id, e.at, e.kind, e.item_id, k.product_id
FROM show_events e
LEFT JOIN show_items i ON i.id = e.item_id
LEFT JOIN skus k ON k.id = i.sku_id
WHERE e.id > :after AND e.id <= :until AND e.kind IN ('card', 'ended')
ORDER BY e.id
LIMIT :most

-- name: replay.clip_showing
SELECT id, item_id, from_at FROM clips WHERE show_id = :show AND until_at IS NULL

-- name: replay.clip_add
INSERT INTO clips (show_id, item_id, product_id, from_at) VALUES (:show, :item, :product, :at)

-- name: replay.clip_end
UPDATE clips SET until_at = :at WHERE id = :clip

-- name: replay.clip_drop
DELETE FROM clips WHERE id = :clip

-- name: replay.recording
SELECT r.show_id, r.state, r.segments, r.duration_ms, r.bytes, r.gaps, r.has_cover, r.ended_at, r.due_at,
    r.closed_at, r.files_gone, r.removed_at, r.held_at, r.held_by, r.held_why
FROM recordings r WHERE r.show_id = :show

-- name: replay.recording_add
INSERT INTO recordings (show_id, state) VALUES (:show, 'open')

-- name: replay.recording_end
UPDATE recordings SET state = :state, ended_at = :at, due_at = :due WHERE show_id = :show

-- name: replay.recording_add_ended
INSERT INTO recordings (show_id, state, ended_at, due_at) VALUES (:show, :state, :at, :due)

-- name: replay.event_add
INSERT INTO recording_events (show_id, event, from_state, to_state, actor_id, why, at)
VALUES (:show, :event, :from_state, :to_state, :actor, :why, :now)

-- name: replay.show_status
SELECT status, ended_at FROM shows WHERE id = :show

-- Cutting (work.c).

-- name: replay.clips_uncut
SELECT id, show_id, from_at, until_at FROM clips
WHERE cut_at IS NULL AND until_at IS NOT NULL AND id > :after
ORDER BY id
LIMIT :most

-- name: replay.clip_cut
UPDATE clips SET cut_at = :now, first_segment = :first, last_segment = :last, at_ms = :at_ms,
    duration_ms = :duration_ms, bytes = :bytes, has_thumb = :has_thumb
WHERE id = :clip AND cut_at IS NULL

-- name: replay.unclosed
SELECT show_id, ended_at, segments FROM recordings WHERE closed_at IS NULL AND state = 'kept' AND show_id > :after
ORDER BY show_id
LIMIT :most

-- name: replay.totals_set
UPDATE recordings SET segments = :segments, duration_ms = :duration_ms, bytes = :bytes, gaps = :gaps
WHERE show_id = :show AND state IN ('open', 'kept')

-- name: replay.close
UPDATE recordings SET closed_at = :now, has_cover = :has_cover WHERE show_id = :show AND state = 'kept'

-- Clips, as people see them.

-- part: clip
c.id, c.show_id, c.item_id, c.product_id, c.from_at, c.at_ms, c.duration_ms, c.bytes, c.has_thumb, c.first_segment,
    c.last_segment, p.slug, p.title_zh, p.title_en, s.title_zh AS show_zh, s.title_en AS show_en, s.status AS show_status

-- part: clip_from
FROM clips c JOIN products p ON p.id = c.product_id JOIN shows s ON s.id = c.show_id

-- name: replay.clip
SELECT {clip} {clip_from} WHERE c.id = :clip AND c.duration_ms > 0

-- name: replay.clips_of_show
SELECT {clip} {clip_from} WHERE c.show_id = :show AND c.duration_ms > 0 ORDER BY c.id LIMIT :most

-- name: replay.clips_of_product
SELECT {clip} {clip_from} WHERE c.product_id = :product AND c.duration_ms > 0 ORDER BY c.id DESC LIMIT :most

-- The replay's talk and cards: between two moments, the first excluded.

-- name: replay.messages
SELECT m.id, m.name, m.is_crew, m.body, m.sent_at, t.name AS to_name
FROM show_messages m LEFT JOIN show_messages t ON t.id = m.reply_to
WHERE m.show_id = :show AND m.status = 'shown' AND m.sent_at > :after AND m.sent_at <= :until AND m.id > :id
ORDER BY m.id
LIMIT :most

-- name: replay.cards
SELECT at, item_id FROM show_events WHERE show_id = :show AND kind IN ('card', 'ended') ORDER BY id LIMIT :most

-- Keeping and removing (keep.c).

-- name: replay.due
SELECT show_id FROM recordings WHERE state = 'kept' AND held_at IS NULL AND due_at <= :now
ORDER BY due_at
LIMIT :most

-- name: replay.removing
SELECT r.show_id, r.files_gone,
    (SELECT max(e.at) FROM recording_events e WHERE e.show_id = r.show_id AND e.event = 'due') AS since
FROM recordings r WHERE r.state = 'removing' AND r.held_at IS NULL
ORDER BY r.show_id
LIMIT :most

-- name: replay.set_state
UPDATE recordings SET state = :state, removed_at = :removed WHERE show_id = :show

-- name: replay.files_gone
UPDATE recordings SET files_gone = 1, segments = 0, bytes = 0, has_cover = 0
WHERE show_id = :show AND state = 'removing' AND held_at IS NULL

-- What a complaint is about stays as long as the complaint.
-- name: replay.messages_drop
DELETE FROM show_messages WHERE id IN
    (SELECT m.id FROM show_messages m WHERE m.show_id = :show
        AND NOT EXISTS (SELECT 1 FROM house_complaints c WHERE c.show_id = m.show_id AND c.message_id = m.id)
     ORDER BY m.id LIMIT :most)

-- name: replay.events_drop
DELETE FROM show_events WHERE id IN
    (SELECT id FROM show_events WHERE show_id = :show ORDER BY id LIMIT :most)

-- name: replay.clips_drop
DELETE FROM clips WHERE show_id = :show

-- name: replay.hold
UPDATE recordings SET held_at = :now, held_by = :actor, held_why = :why WHERE show_id = :show

-- name: replay.lift
UPDATE recordings SET held_at = NULL, held_by = NULL, held_why = NULL WHERE show_id = :show

-- The base's list.

-- name: replay.list
SELECT r.show_id, r.state, r.segments, r.duration_ms, r.bytes, r.gaps, r.ended_at, r.due_at, r.removed_at,
    r.held_at, r.held_why, h.name AS held_name, s.title_zh, s.title_en, s.status, s.started_at, u.name AS host_name
FROM recordings r JOIN shows s ON s.id = r.show_id JOIN users u ON u.id = s.host_id
LEFT JOIN users h ON h.id = r.held_by
WHERE (:held = 0 OR r.held_at IS NOT NULL)
ORDER BY r.show_id DESC
LIMIT :most OFFSET :skip

-- name: replay.sums
SELECT count(*) AS n, CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes,
    CAST(coalesce(sum(duration_ms), 0) AS BIGINT) AS duration_ms,
    CAST(coalesce(sum(CASE WHEN held_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS held
FROM recordings WHERE state <> 'removed'

-- name: replay.events_of
SELECT e.event, e.why, e.at, u.name FROM recording_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.show_id = :show ORDER BY e.id

-- What `guildhall check` looks for.

-- name: replay.wrong_ended
SELECT r.show_id AS id FROM recordings r JOIN shows s ON s.id = r.show_id
WHERE r.state <> 'open' AND s.status <> 'ended'
ORDER BY r.show_id
LIMIT :most

-- name: replay.wrong_early
SELECT e.show_id AS id FROM recording_events e JOIN recordings r ON r.show_id = e.show_id
WHERE e.event = 'due' AND e.at < r.due_at
ORDER BY e.show_id
LIMIT :most

-- name: replay.wrong_due
SELECT show_id AS id FROM recordings WHERE due_at < ended_at + :kept_ms ORDER BY show_id LIMIT :most

-- name: replay.wrong_clips
SELECT c.show_id AS id FROM clips c JOIN show_items i ON i.id = c.item_id
WHERE i.show_id <> c.show_id
ORDER BY c.show_id
LIMIT :most
