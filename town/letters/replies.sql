-- Replies that everybody may read: they were sent, stand, and their suggestion says that they may be public.

-- part: public
FROM letters l JOIN suggestions s ON s.id = l.suggestion_id
JOIN letter_sessions t ON t.id = s.session_id
JOIN letter_bodies b ON b.organisation_id = l.organisation_id
JOIN organisations o ON o.id = l.organisation_id
JOIN letter_versions v ON v.letter_id = l.id AND v.version = l.version
LEFT JOIN letter_classes c ON c.id = v.class_id
LEFT JOIN letter_numbers n ON n.id = l.number_id
WHERE l.state = 'sent' AND s.is_public = 1

-- words: '' or a pair of characters or a word that the reply must hold; number: its own, or the suggestion's. class:
-- sessions have classes of the same name, which are one to who reads replies.
-- name: letters.replies
SELECT l.id, l.round, l.dated_day, n.year, n.n, b.short, o.name_zh AS body_zh, o.name_en AS body_en, v.title,
    s.number AS suggestion_number, s.title AS suggestion, t.kind AS session_kind, t.name_zh AS session_zh,
    t.name_en AS session_en, c.code AS class_code, c.name_zh AS class_zh, c.name_en AS class_en,
    count(*) OVER () AS n_all
{public}
    AND (:session = 0 OR s.session_id = :session)
    AND (:class = 0 OR EXISTS (SELECT 1 FROM letter_classes k WHERE k.id = :class AND k.code = c.code
        AND k.name_zh = c.name_zh AND k.name_en = c.name_en))
    AND (:body = 0 OR l.organisation_id = :body)
    AND (:number = 0 OR s.number = :number OR n.n = :number)
    AND (:w1 = '' OR EXISTS (SELECT 1 FROM letter_words w WHERE w.letter_id = l.id AND w.word = :w1))
    AND (:w2 = '' OR EXISTS (SELECT 1 FROM letter_words w WHERE w.letter_id = l.id AND w.word = :w2))
    AND (:w3 = '' OR EXISTS (SELECT 1 FROM letter_words w WHERE w.letter_id = l.id AND w.word = :w3))
    AND (:w4 = '' OR EXISTS (SELECT 1 FROM letter_words w WHERE w.letter_id = l.id AND w.word = :w4))
ORDER BY l.sent_at DESC, l.id DESC LIMIT :most OFFSET :skip

-- What the list can be narrowed to: only what is in it.
-- name: letters.replies_by
SELECT 'session' AS what, t.id, '' AS code, t.name_zh, t.name_en, count(*) AS n, max(t.opened_day) AS at,
    max(CASE WHEN t.id = :session THEN 1 ELSE 0 END) AS is_chosen {public}
GROUP BY t.id, t.name_zh, t.name_en
UNION ALL
SELECT 'body' AS what, o.id, '' AS code, o.name_zh, o.name_en, count(*) AS n, 0 AS at,
    max(CASE WHEN o.id = :body THEN 1 ELSE 0 END) AS is_chosen {public}
GROUP BY o.id, o.name_zh, o.name_en
UNION ALL
SELECT 'class' AS what, min(c.id) AS id, c.code, c.name_zh, c.name_en, count(*) AS n, 0 AS at,
    max(CASE WHEN c.id = :class THEN 1 ELSE 0 END) AS is_chosen {public}
    AND c.id IS NOT NULL
GROUP BY c.code, c.name_zh, c.name_en
ORDER BY 1, 7 DESC, 3, 2 LIMIT :most

-- ---- what it is found by (reply_words.c) ----

-- name: letters.reply_word_add
-- many: text, bigint
INSERT INTO letter_words (word, letter_id) VALUES (:word, :letter) ON CONFLICT (word, letter_id) DO NOTHING

-- name: letters.reply_words_due
SELECT letter_id, done FROM letter_words_due ORDER BY letter_id LIMIT :most

-- name: letters.reply_words_wait
INSERT INTO letter_words_due (letter_id, done) VALUES (:letter, :done)
ON CONFLICT (letter_id) DO UPDATE SET done = excluded.done

-- name: letters.reply_words_done
DELETE FROM letter_words_due WHERE letter_id = :letter
