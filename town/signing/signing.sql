-- name: signing.keys
SELECT k.id, k.public, k.since,
    (SELECT n.since FROM signing_keys n WHERE n.id > k.id ORDER BY n.id LIMIT 1) AS ended
FROM signing_keys k ORDER BY k.id

-- name: signing.newest
SELECT id, public FROM signing_keys ORDER BY id DESC LIMIT 1

-- name: signing.key
SELECT public FROM signing_keys WHERE id = :id

-- name: signing.key_add
INSERT INTO signing_keys (id, public, since) VALUES (:id, :public, :now)
