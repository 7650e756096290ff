-- Documented figures.

-- name: figures.document_add
INSERT INTO figures (name, kind, unit, title_zh, title_en, about_zh, about_en, is_public, created_at)
VALUES (:name, :kind, :unit, :title_zh, :title_en, :about_zh, :about_en, :is_public, :now)

-- name: figures.document
SELECT id, name, kind, unit, title_zh, title_en, about_zh, about_en, is_public
FROM figures WHERE name = :name

-- name: figures.documents
SELECT id, name, kind, unit, title_zh, title_en, about_zh, about_en, is_public
FROM figures WHERE is_public >= :least ORDER BY id LIMIT :most

-- name: figures.value_add
INSERT INTO figure_values (figure_id, number, words, holds_from, source, scan_name, scan_sha256,
    officer_id, recorded_at)
VALUES (:figure, :number, :words, :holds_from, :source, :scan_name, :scan_sha256, :officer, :now)

-- name: figures.value_as_of
SELECT number, words, holds_from FROM figure_values
WHERE figure_id = :figure AND holds_from <= :until
ORDER BY holds_from DESC, id DESC LIMIT 1

-- name: figures.value_holding
SELECT id, holds_from, recorded_at, scan_sha256 FROM figure_values
WHERE figure_id = :figure AND holds_from <= :until
ORDER BY holds_from DESC, id DESC LIMIT 1

-- name: figures.value_first
SELECT min(holds_from) AS at FROM figure_values WHERE figure_id = :figure

-- name: figures.values_before
SELECT v.id, v.number, v.words, v.holds_from, v.source, v.scan_name, v.scan_sha256, v.recorded_at,
    u.name AS officer
FROM figure_values v LEFT JOIN users u ON u.id = v.officer_id
LEFT JOIN figure_values b ON b.id = :before
WHERE v.figure_id = :figure AND v.holds_from <= :until
    AND (b.id IS NULL OR v.holds_from < b.holds_from OR (v.holds_from = b.holds_from AND v.id < b.id))
ORDER BY v.holds_from DESC, v.id DESC
LIMIT :most

-- name: figures.scan
SELECT v.scan_name FROM figure_values v JOIN figures f ON f.id = v.figure_id
WHERE f.name = :name AND v.scan_sha256 = :scan AND v.scan_sha256 <> ''
LIMIT 1

-- name: figures.values_drawn
SELECT holds_from, number FROM figure_values
WHERE figure_id = :figure AND number IS NOT NULL AND holds_from <= :until
ORDER BY holds_from DESC, id DESC
LIMIT :most

-- Goals.

-- name: figures.goal_add
INSERT INTO figure_goals (name, goal, source, officer_id, set_at)
VALUES (:name, :goal, :source, :officer, :now)

-- name: figures.goal
SELECT goal, source, set_at FROM figure_goals WHERE name = :name ORDER BY id DESC LIMIT 1

-- What was counted a day.

-- name: figures.day_add
INSERT INTO figure_days (name, day, value, taken_at) VALUES (:name, :day, :value, :now)
ON CONFLICT (name, day) DO NOTHING

-- name: figures.day_last
SELECT max(day) AS day FROM figure_days WHERE name = :name

-- name: figures.day
SELECT value, taken_at FROM figure_days WHERE name = :name AND day = :day

-- name: figures.days_until
SELECT day, value FROM figure_days WHERE name = :name AND day <= :day
ORDER BY day DESC
LIMIT :most
