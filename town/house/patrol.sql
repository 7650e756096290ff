-- The wall: shows that run, and those that rehearse.

-- name: house.wall
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.started_at, s.cut_at, s.cut_why,
    u.name AS host_name,
    (SELECT p.slug FROM shows x JOIN show_items i ON i.show_id = x.id JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
        WHERE x.id = s.id AND i.is_on_shelf = 1
        ORDER BY CASE WHEN i.id = x.card_item_id THEN 0 ELSE 1 END, i.position, i.id LIMIT 1) AS slug,
    (SELECT count(*) FROM house_complaints c WHERE c.show_id = s.id AND c.made_at > :since) AS complaints,
    (SELECT count(*) FROM show_messages m WHERE m.show_id = s.id AND m.status = 'held') AS held
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.status = 'live' OR (s.status = 'planned' AND s.is_rehearsal = 1)
ORDER BY CASE s.status WHEN 'live' THEN 0 ELSE 1 END, s.started_at, s.id LIMIT :most

-- What was flagged in a show lately, the newest first.
-- name: house.flagged
SELECT held_why, sent_at FROM show_messages
WHERE show_id = :show AND held_why IS NOT NULL AND sent_at > :since ORDER BY id DESC LIMIT :most

-- name: house.warning_last
SELECT w.id, w.words, w.at, w.seen_at, u.name AS seen_name FROM house_warnings w
LEFT JOIN users u ON u.id = w.seen_by WHERE w.show_id = :show ORDER BY w.id DESC LIMIT 1

-- Of a desk: those that nobody there has seen.
-- name: house.warnings_unseen
SELECT id, words, at FROM house_warnings WHERE show_id = :show AND seen_at IS NULL ORDER BY id DESC LIMIT :most

-- name: house.warning
SELECT id, show_id, seen_at FROM house_warnings WHERE id = :warning

-- name: house.warning_add
INSERT INTO house_warnings (show_id, actor_id, at, words) VALUES (:show, :actor, :now, :words) RETURNING id

-- name: house.warning_see
UPDATE house_warnings SET seen_at = :now, seen_by = :by WHERE id = :warning AND seen_at IS NULL

-- What was done to shows, newest first.
-- name: house.interventions
SELECT e.id, e.show_id, e.at, e.kind, e.note, u.name AS by_name, s.title_zh, s.title_en
FROM show_events e JOIN shows s ON s.id = e.show_id LEFT JOIN users u ON u.id = e.actor_id
WHERE e.kind IN ('warned', 'warning_seen', 'cut', 'resumed') AND e.at > :since
ORDER BY e.id DESC LIMIT :most

-- For the check: warnings that the show's log does not have.
-- name: house.wrong_warnings
SELECT w.id FROM house_warnings w
WHERE NOT EXISTS (SELECT 1 FROM show_events e WHERE e.show_id = w.show_id AND e.kind = 'warned' AND e.value = w.id)
    AND EXISTS (SELECT 1 FROM show_events e WHERE e.show_id = w.show_id)
ORDER BY w.id LIMIT :most
