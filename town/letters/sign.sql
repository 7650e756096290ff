-- Issuing: signing, numbering, sealing, sending, recalling, verifying.

-- A letter with what is known of it, by its id or by its code.
-- name: letters.issue
SELECT l.id, l.suggestion_id, l.round, l.organisation_id, l.state, l.version, l.code, l.signer_id, l.signer_name,
    l.signer_title, l.signed_at, l.figures_sha256, l.number_id, l.dated_day, l.pdf_sha256, l.pdf_bytes, l.statement,
    l.signature, l.key_id, l.sealed_at, l.sent_at, l.recalled_at, l.recalled_note, n.year, n.n, n.void_at, n.may_reuse,
    b.short, b.mark, o.name_zh AS body_zh, o.name_en AS body_en, s.number AS suggestion_number, s.title AS suggestion,
    s.is_public, t.kind AS session_kind, t.name_zh AS session_zh, t.name_en AS session_en,
    v.form, v.title, v.addressee, v.text, v.attachments, v.copies, v.disclosure, v.contact, v.class_id,
    c.code AS class_code, c.name_zh AS class_zh, c.name_en AS class_en
FROM letters l JOIN letter_bodies b ON b.organisation_id = l.organisation_id
JOIN organisations o ON o.id = l.organisation_id
JOIN suggestions s ON s.id = l.suggestion_id JOIN letter_sessions t ON t.id = s.session_id
LEFT JOIN letter_versions v ON v.letter_id = l.id AND v.version = l.version
LEFT JOIN letter_classes c ON c.id = v.class_id
LEFT JOIN letter_numbers n ON n.id = l.number_id
WHERE l.id = :id

-- name: letters.of_code
SELECT id FROM letters WHERE code = :code AND sealed_at IS NOT NULL

-- name: letters.figure_add
INSERT INTO letter_figures (letter_id, position, name, of_id, as_of, kind, unit, title_zh, title_en, qualifier, printed,
    number, words, is_public, version_sha256, evidence_n, evidence_sha256)
VALUES (:letter, :position, :name, :of, :as_of, :kind, :unit, :title_zh, :title_en, :qualifier, :printed,
    :number, :words, :is_public, :version, :evidence_n, :evidence)

-- name: letters.figures
SELECT position, name, of_id, as_of, kind, unit, title_zh, title_en, qualifier, printed, number, words, is_public,
    version_sha256, evidence_n, evidence_sha256
FROM letter_figures WHERE letter_id = :letter ORDER BY position

-- name: letters.signed
UPDATE letters SET state = 'signed', signer_id = :signer, signer_name = :name, signer_title = :title,
    signed_at = :now, dated_day = :day, figures_sha256 = :figures
WHERE id = :id AND state = 'draft'

-- name: letters.signer
SELECT u.name, coalesce(p.title, '') AS title
FROM users u LEFT JOIN letter_posts p ON p.user_id = u.id AND p.organisation_id = :body WHERE u.id = :user

-- name: letters.class_count
SELECT count(*) AS n FROM letter_classes c JOIN suggestions s ON s.session_id = c.session_id WHERE s.id = :suggestion

-- The smallest one that may be given again, or the one after the last.
-- name: letters.number_next
SELECT coalesce(min(free.n), 1) AS n
FROM (SELECT r.n FROM letter_numbers r WHERE r.organisation_id = :body AND r.year = :year AND r.may_reuse = 1
        AND NOT EXISTS (SELECT 1 FROM letter_numbers t WHERE t.organisation_id = r.organisation_id
            AND t.year = r.year AND t.n = r.n AND t.may_reuse = 0)
    UNION ALL
    SELECT max(a.n) + 1 FROM letter_numbers a WHERE a.organisation_id = :body AND a.year = :year AND a.may_reuse = 0) free

-- Of a series without what may be given again its first and last, null when there is none; and whether n is taken, or
-- may be given again.
-- name: letters.number_series
SELECT min(CASE WHEN may_reuse = 0 THEN n END) AS first, max(CASE WHEN may_reuse = 0 THEN n END) AS last,
    coalesce(sum(CASE WHEN n = :n AND may_reuse = 0 THEN 1 ELSE 0 END), 0) AS taken,
    coalesce(sum(CASE WHEN n = :n AND may_reuse = 1 THEN 1 ELSE 0 END), 0) AS freed
FROM letter_numbers WHERE organisation_id = :body AND year = :year

-- name: letters.number_add
INSERT INTO letter_numbers (organisation_id, year, n, letter_id, given_at, given_by)
VALUES (:body, :year, :n, :letter, :now, :by)
RETURNING id

-- name: letters.number_set
UPDATE letters SET number_id = :number, state = :state WHERE id = :id

-- name: letters.number_void
UPDATE letter_numbers SET void_at = :now, void_by = :by, void_note = :note, may_reuse = :reuse
WHERE id = :id AND void_at IS NULL

-- name: letters.numbers_void
SELECT b.short, n.year, n.n, n.void_at, n.void_note, n.may_reuse, u.name AS by_name
FROM letter_numbers n JOIN letter_bodies b ON b.organisation_id = n.organisation_id LEFT JOIN users u ON u.id = n.void_by
WHERE n.void_at IS NOT NULL AND n.letter_id IN (SELECT id FROM letters WHERE suggestion_id = :suggestion)
ORDER BY n.id DESC LIMIT :most

-- name: letters.sealed
UPDATE letters SET state = 'sealed', pdf_sha256 = :pdf, pdf_bytes = :bytes, statement = :statement,
    signature = :signature, key_id = :key, sealed_at = :now, sealed_by = :by
WHERE id = :id AND state = 'numbered'

-- name: letters.sending_add
INSERT INTO letter_sendings (letter_id, kind, deputy_id, organisation_id, name, at)
VALUES (:letter, :kind, :deputy, :organisation, :name, :now)

-- name: letters.sendings
SELECT kind, name, at FROM letter_sendings WHERE letter_id = :letter ORDER BY id

-- name: letters.letter_sent
UPDATE letters SET state = 'sent', sent_at = :now WHERE id = :id AND state = 'sealed'

-- ---- the check ----

-- name: letters.check_letters
SELECT l.id FROM letters l WHERE l.id > :after AND l.signed_at IS NOT NULL ORDER BY l.id LIMIT :most

-- Numbers that letters have although they are void, that nobody's letter has although they are not, or that are to be
-- given again although they went out.
-- name: letters.check_numbers
SELECT n.id, n.year, n.n, l.id AS letter_id,
    CASE WHEN n.void_at IS NOT NULL AND n.may_reuse = 1 AND EXISTS (SELECT 1 FROM letters x
            WHERE x.number_id = n.id AND x.sent_at IS NOT NULL) THEN 'reuse'
        WHEN n.void_at IS NOT NULL AND l.number_id = n.id AND l.state <> 'recalled' THEN 'void'
        WHEN n.void_at IS NULL AND (l.number_id IS NULL OR l.number_id <> n.id OR l.state = 'recalled') THEN 'lost'
    END AS fault
FROM letter_numbers n JOIN letters l ON l.id = n.letter_id
WHERE (n.void_at IS NOT NULL AND n.may_reuse = 1 AND EXISTS (SELECT 1 FROM letters x
        WHERE x.number_id = n.id AND x.sent_at IS NOT NULL))
    OR (n.void_at IS NOT NULL AND l.number_id = n.id AND l.state <> 'recalled')
    OR (n.void_at IS NULL AND (l.number_id IS NULL OR l.number_id <> n.id OR l.state = 'recalled'))
ORDER BY n.id LIMIT :most

-- name: letters.check_twice
SELECT organisation_id, year, n, count(*) AS times FROM letter_numbers WHERE may_reuse = 0
GROUP BY organisation_id, year, n HAVING count(*) > 1 LIMIT :most

-- name: letters.check_sent
SELECT l.id FROM letters l WHERE l.state = 'sent'
    AND NOT EXISTS (SELECT 1 FROM letter_sendings d WHERE d.letter_id = l.id) LIMIT :most

-- Letters that went on without a number, a paper or a seal.
-- name: letters.check_states
SELECT l.id FROM letters l
WHERE (l.state IN ('numbered', 'sealed', 'sent') AND l.number_id IS NULL)
    OR (l.state IN ('sealed', 'sent') AND l.sealed_at IS NULL)
    OR (l.state IN ('signed', 'numbered', 'sealed', 'sent') AND (l.signed_at IS NULL OR l.figures_sha256 = ''))
LIMIT :most
