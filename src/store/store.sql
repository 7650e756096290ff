-- What the store keeps about itself. schema_migrations is made by migrate.c, before any migration.

-- name: store.has_migrations
SELECT COUNT(*) AS n FROM sqlite_schema WHERE name = 'schema_migrations'

-- name: store.has_migrations @postgres
SELECT COUNT(*) AS n FROM pg_class WHERE oid = to_regclass('public.schema_migrations')

-- name: store.tables
SELECT COUNT(*) AS n FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'

-- name: store.tables @postgres
SELECT COUNT(*) AS n FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace

-- name: store.migrations_applied
SELECT number, name, checksum FROM schema_migrations ORDER BY number

-- name: store.migration_applied
SELECT checksum FROM schema_migrations WHERE number = :number

-- name: store.migration_record
INSERT INTO schema_migrations (number, name, checksum, applied_at)
VALUES (:number, :name, :checksum, :now)

-- name: store.version
PRAGMA data_version

-- name: store.version @postgres
SELECT pg_current_snapshot()::text AS data_version

-- name: store.try_to_write
UPDATE schema_migrations SET applied_at = applied_at WHERE number = 1

-- name: store.idem_find
-- many: text, text, text
SELECT actor, operation, key, request_hash, result, subject, amount, field, message_key
FROM idempotency_keys
WHERE actor = :actor AND operation = :operation AND key = :key

-- name: store.idem_find @postgres
SELECT i.actor, i.operation, i.key, i.request_hash, i.result, i.subject, i.amount, i.field,
       i.message_key
FROM unnest(:actor::text[], :operation::text[], :key::text[]) AS m (actor, operation, key)
CROSS JOIN LATERAL (SELECT * FROM idempotency_keys k WHERE k.actor = m.actor
                    AND k.operation = m.operation AND k.key = m.key OFFSET 0) AS i

-- name: store.idem_record
-- many: text, text, text, bytea, text, bigint, bigint, text, text, bigint
INSERT INTO idempotency_keys (actor, operation, key, request_hash, result, subject, amount, field,
                              message_key, created_at)
VALUES (:actor, :operation, :key, :request_hash, :result, :subject, :amount, :field,
        :message_key, :now)

-- name: store.idem_prune
DELETE FROM idempotency_keys
WHERE (actor, operation, key) IN (
    SELECT actor, operation, key FROM idempotency_keys
    WHERE created_at < :before ORDER BY created_at LIMIT :most)

-- name: store.seal_keys
SELECT id, fingerprint, since FROM seal_keys ORDER BY id

-- name: store.seal_key_remove
DELETE FROM seal_keys WHERE id = :id

-- name: store.seal_key_add
INSERT INTO seal_keys (id, fingerprint, since) VALUES (:id, :fingerprint, :now)

-- The outbox.

-- name: store.outbox_add
-- many: text, text, text, bigint
INSERT INTO outbox_events (subject, kind, body, at_ms) VALUES (:subject, :kind, :body, :now)

-- name: store.outbox_consumer
SELECT done FROM outbox_consumers WHERE name = :consumer

-- name: store.outbox_join
INSERT INTO outbox_consumers (name, done, owner, lease_until)
SELECT :consumer, COALESCE(MAX(id), 0), '', 0 FROM outbox_events

-- name: store.outbox_lease
UPDATE outbox_consumers SET owner = :owner, lease_until = :until
WHERE name = :consumer AND (owner = :owner OR lease_until <= :now)

-- name: store.outbox_new
SELECT e.id, e.subject, e.kind, e.body, e.at_ms, 0 AS attempts,
       CASE WHEN EXISTS (SELECT 1 FROM outbox_held h
                         WHERE h.consumer = :consumer AND h.subject = e.subject)
            THEN 1 ELSE 0 END AS held
FROM outbox_events e
WHERE e.id > (SELECT done FROM outbox_consumers WHERE name = :consumer)
  AND (SELECT COUNT(*) FROM outbox_held h WHERE h.consumer = :consumer) < :held_most
ORDER BY e.id
LIMIT :most

-- name: store.outbox_due
SELECT e.id, e.subject, e.kind, e.body, e.at_ms, h.attempts, 0 AS held
FROM outbox_held h JOIN outbox_events e ON e.id = h.event
WHERE h.consumer = :consumer AND h.due_ms <= :now
  AND NOT EXISTS (SELECT 1 FROM outbox_held o WHERE o.consumer = h.consumer
                  AND o.subject = h.subject AND o.event < h.event)
ORDER BY h.event
LIMIT :most

-- name: store.outbox_done
UPDATE outbox_consumers SET done = CASE WHEN done < :done THEN :done ELSE done END
WHERE name = :consumer AND owner = :owner AND lease_until > :now

-- name: store.outbox_let_go
-- many: text, bigint
DELETE FROM outbox_held WHERE consumer = :consumer AND event = :event

-- name: store.outbox_let_go @postgres
DELETE FROM outbox_held h USING unnest(:consumer::text[], :event::bigint[]) AS m (consumer, event)
WHERE h.consumer = m.consumer AND h.event = m.event

-- name: store.outbox_hold
-- many: text, bigint, text, bigint, bigint
INSERT INTO outbox_held (consumer, event, subject, attempts, due_ms)
VALUES (:consumer, :event, :subject, :attempts, :due_ms)

-- A consumer that no process has delivered to for that long is gone: nothing waits for it.

-- name: store.outbox_forget
DELETE FROM outbox_held
WHERE consumer IN (SELECT name FROM outbox_consumers WHERE lease_until <= :before)

-- Among the oldest. The newest stays: SQLite counts on from it, and a number that came twice would
-- be one that consumers have had.
-- name: store.outbox_prune
DELETE FROM outbox_events WHERE id IN (
    SELECT e.id FROM outbox_events e
    WHERE e.id < (SELECT MIN(id) FROM outbox_events) + :most AND e.at_ms < :before
      AND e.id <> (SELECT MAX(id) FROM outbox_events)
      AND NOT EXISTS (SELECT 1 FROM outbox_consumers c
                      WHERE c.done < e.id AND c.lease_until > :before)
      AND NOT EXISTS (SELECT 1 FROM outbox_held h WHERE h.event = e.id))
