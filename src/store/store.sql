-- What the store keeps about itself. schema_migrations is made by migrate.c, before any migration.

-- name: store.migrations_applied
SELECT number, name, checksum FROM schema_migrations ORDER BY number

-- name: store.migration_applied
SELECT checksum FROM schema_migrations WHERE number = :number

-- name: store.migration_record
INSERT INTO schema_migrations (number, name, checksum, applied_at)
VALUES (:number, :name, :checksum, :now)

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

-- name: store.seal_key
SELECT fingerprint FROM seal_keys WHERE id = :id

-- name: store.seal_key_add
INSERT INTO seal_keys (id, fingerprint, since) VALUES (:id, :fingerprint, :now)
