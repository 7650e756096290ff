-- What the store keeps about itself. schema_migrations is made by migrate.c, before any migration.

-- name: store.migrations_applied
SELECT number, name, checksum FROM schema_migrations ORDER BY number

-- name: store.migration_applied
SELECT checksum FROM schema_migrations WHERE number = :number

-- name: store.migration_record
INSERT INTO schema_migrations (number, name, checksum, applied_at)
VALUES (:number, :name, :checksum, :now)
