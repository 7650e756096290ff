-- name: console.factory
SELECT slug, name_zh, name_en FROM organisations WHERE id = :organisation
