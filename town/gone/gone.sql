-- name: gone.add
INSERT INTO objects_gone (object, gone_at) VALUES (:object, :now)
ON CONFLICT (object) DO UPDATE SET gone_at = excluded.gone_at

-- name: gone.due
SELECT g.object, CASE WHEN EXISTS (SELECT 1 FROM objects_named n WHERE n.object = g.object)
                 THEN 1 ELSE 0 END AS is_named
FROM objects_gone g WHERE g.gone_at < :before
ORDER BY g.gone_at
LIMIT :most

-- name: gone.forget
DELETE FROM objects_gone WHERE object = :object
