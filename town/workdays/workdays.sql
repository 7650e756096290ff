-- name: workdays.add
INSERT INTO workdays (day, is_work, name_zh, name_en, set_at, set_by)
VALUES (:day, :is_work, :name_zh, :name_en, :now, :by)

-- name: workdays.all
SELECT w.day, w.is_work, w.name_zh, w.name_en FROM workdays w
WHERE NOT EXISTS (SELECT 1 FROM workdays later WHERE later.day = w.day AND later.id > w.id)
ORDER BY w.day LIMIT :most

-- name: workdays.year_set
INSERT INTO workday_years (year, source, set_at, set_by) VALUES (:year, :source, :now, :by)
ON CONFLICT (year) DO UPDATE SET source = excluded.source, set_at = excluded.set_at, set_by = excluded.set_by

-- name: workdays.years
SELECT year, source FROM workday_years ORDER BY year
