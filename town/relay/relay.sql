-- name: relay.of_show
SELECT id, name, url, key_sealed, state FROM relay_targets
WHERE show_id = :show AND state <> 'gone'
ORDER BY id

-- name: relay.get
SELECT t.id, t.show_id, t.name, t.state, s.status
FROM relay_targets t JOIN shows s ON s.id = t.show_id
WHERE t.id = :target

-- name: relay.show
SELECT id, title_zh, title_en, status, is_rehearsal FROM shows WHERE id = :show

-- name: relay.add
INSERT INTO relay_targets (show_id, name, url, key_sealed, state, created_at, changed_at)
VALUES (:show, :name, :url, :key_sealed, 'off', :now, :now)
RETURNING id

-- name: relay.set_state
UPDATE relay_targets SET state = :state, changed_at = :now WHERE id = :target

-- A target that is removed keeps its row for its events, and nothing that lets anybody publish.

-- name: relay.wipe
UPDATE relay_targets SET key_sealed = :key_sealed WHERE id = :target

-- name: relay.event_add
INSERT INTO relay_events (target_id, at, actor_id, event, state)
VALUES (:target, :now, :actor, :event, :state)

-- name: relay.on
SELECT t.id, t.show_id, t.url, t.key_sealed
FROM relay_targets t JOIN shows s ON s.id = t.show_id
WHERE t.state = 'on' AND s.status <> 'ended' AND s.is_rehearsal = 0 AND s.cut_at IS NULL
ORDER BY t.id
LIMIT :most

-- What `guildhall check` looks for: a target whose state is not that of its last event.

-- name: relay.check
SELECT t.id FROM relay_targets t
WHERE t.state <> coalesce((SELECT e.state FROM relay_events e WHERE e.target_id = t.id
    ORDER BY e.id DESC LIMIT 1), '')
ORDER BY t.id
LIMIT :most

-- name: relay.check_many
SELECT show_id AS id FROM relay_targets WHERE state <> 'gone'
GROUP BY show_id HAVING count(*) > :targets_max
ORDER BY show_id
LIMIT :most

-- Sealing anew (store/seal.h).

-- name: relay.key_seal_next
SELECT id AS id, key_sealed AS sealed FROM relay_targets
WHERE id > :after AND substr(key_sealed, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: relay.key_seal_put
UPDATE relay_targets SET key_sealed = :sealed WHERE id = :id AND key_sealed = :before

-- name: relay.key_seal_count
SELECT substr(key_sealed, 2, 1) AS key, COUNT(*) AS n FROM relay_targets GROUP BY 1
