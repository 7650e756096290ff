-- Drafts of letters: their versions, what their figures were, comments.

-- name: letters.version_of
SELECT v.version, v.base, v.form, v.title, v.addressee, v.text, v.attachments, v.copies, v.disclosure, v.contact,
    v.class_id, v.note, v.saved_at, u.name AS saved_by
FROM letter_versions v JOIN users u ON u.id = v.saved_by
WHERE v.letter_id = :letter AND v.version = :version

-- name: letters.versions
SELECT v.version, v.base, v.note, v.saved_at, u.name AS saved_by
FROM letter_versions v JOIN users u ON u.id = v.saved_by
WHERE v.letter_id = :letter ORDER BY v.version DESC LIMIT :most

-- name: letters.version_figure_add
INSERT INTO letter_version_figures (letter_id, version, name, of_id, as_of_day, number, words)
VALUES (:letter, :version, :name, :of, :day, :number, :words)
ON CONFLICT (letter_id, version, name, of_id, as_of_day) DO NOTHING

-- name: letters.version_figures
SELECT name, of_id, as_of_day, number, words FROM letter_version_figures
WHERE letter_id = :letter AND version = :version

-- name: letters.comment_add
INSERT INTO letter_comments (letter_id, version, quote, words, at, by_id)
VALUES (:letter, :version, :quote, :words, :now, :by)

-- name: letters.comments
SELECT c.id, c.version, c.quote, c.words, c.at, c.by_id, c.resolved_at, u.name AS by_name, d.name AS resolved_by
FROM letter_comments c JOIN users u ON u.id = c.by_id LEFT JOIN users d ON d.id = c.resolved_by
WHERE c.letter_id = :letter ORDER BY c.id LIMIT :most

-- name: letters.comments_n
SELECT count(*) AS n FROM letter_comments WHERE letter_id = :letter

-- name: letters.comments_open
SELECT count(*) AS n FROM letter_comments WHERE letter_id = :letter AND resolved_at IS NULL

-- name: letters.comment
SELECT c.id, c.by_id, c.resolved_at FROM letter_comments c WHERE c.id = :id AND c.letter_id = :letter

-- name: letters.comment_resolve
UPDATE letter_comments SET resolved_at = :now, resolved_by = :by WHERE id = :id AND resolved_at IS NULL
