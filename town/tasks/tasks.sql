-- name: tasks.add
INSERT INTO tasks (kind, user_id, organisation_id, subject, input, state, created_at)
VALUES (:kind, :user, :organisation, :subject, :input, 'waiting', :now)
RETURNING id

-- name: tasks.open_of
SELECT COUNT(*) AS n FROM tasks WHERE user_id = :user AND state IN ('waiting', 'running')

-- Is there anything to take up? Asked on a reader, so that an idle town writes nothing.
-- name: tasks.waiting
SELECT id FROM tasks WHERE state = 'waiting' LIMIT 1

-- The oldest of whoever has the fewest running, so that nobody's many keep another's one waiting.
-- name: tasks.take
UPDATE tasks SET state = 'running', owner = :owner, lease_until = :until, attempts = attempts + 1,
       started_at = :now
WHERE id = (SELECT t.id FROM tasks t WHERE t.state = 'waiting'
            ORDER BY (SELECT COUNT(*) FROM tasks r
                      WHERE r.state = 'running' AND r.user_id = t.user_id), t.id LIMIT 1)
RETURNING id, kind, user_id, organisation_id, subject, input, attempts

-- name: tasks.prolong
UPDATE tasks SET lease_until = :until WHERE id = :id AND owner = :owner AND state = 'running'

-- name: tasks.progress
UPDATE tasks SET done = :done, total = :total, step = :step
WHERE id = :id AND owner = :owner AND state = 'running'

-- name: tasks.wanted
SELECT wants_cancel FROM tasks WHERE id = :id AND owner = :owner AND state = 'running'

-- name: tasks.end
UPDATE tasks SET state = :state, message = :message, message_n = :message_n, result = :result,
       ended_at = :now, owner = '', done = CASE WHEN :state = 'done' THEN total ELSE done END
WHERE id = :id AND owner = :owner AND state = 'running'

-- name: tasks.give_back
UPDATE tasks SET state = 'waiting', owner = '', done = 0, total = 0, step = ''
WHERE id = :id AND owner = :owner AND state = 'running'

-- Those that no process says it is at any more; whoever is alone with its store knows sooner of others'.
-- name: tasks.orphans
SELECT id, kind, owner, attempts, wants_cancel FROM tasks
WHERE state = 'running' AND (lease_until <= :now OR (owner <> :owner AND :alone = 1))
ORDER BY id LIMIT 100

-- name: tasks.cancel_waiting
UPDATE tasks SET state = 'cancelled', ended_at = :now WHERE id = :id AND state = 'waiting'

-- name: tasks.cancel_running
UPDATE tasks SET wants_cancel = 1 WHERE id = :id AND state = 'running'

-- name: tasks.get
SELECT t.id, t.kind, t.user_id, t.organisation_id, t.subject, t.state, t.done, t.total, t.step,
       t.message, t.message_n, t.result, t.wants_cancel, t.created_at, t.started_at, t.ended_at,
       u.name AS user_name
FROM tasks t JOIN users u ON u.id = t.user_id
WHERE t.id = :id

-- name: tasks.list
SELECT t.id, t.kind, t.user_id, t.organisation_id, t.subject, t.state, t.done, t.total, t.step,
       t.message, t.message_n, t.result, t.wants_cancel, t.created_at, t.started_at, t.ended_at,
       u.name AS user_name
FROM tasks t JOIN users u ON u.id = t.user_id
WHERE (t.user_id = :user OR t.organisation_id = :organisation OR :all = 1) AND t.id < :before
ORDER BY t.id DESC LIMIT :most

-- name: tasks.prune
DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE ended_at < :before ORDER BY ended_at LIMIT :most)
