-- Telling.

-- Not due yet: the newer takes its place.
-- name: messages.replace
DELETE FROM notices WHERE about = :about AND kind = :kind AND user_id = :user AND routed_at IS NULL
    AND due_at > :now

-- name: messages.replace_all
DELETE FROM notices WHERE about = :about AND kind = :kind AND routed_at IS NULL AND due_at > :now

-- name: messages.tell
-- many: bigint, text, text, text, text, bigint, bigint, bigint
INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at, until_at)
VALUES (:user_id, :kind, :about, :link, :args, :told_at, :due_at, :until_at)

-- name: messages.drop
DELETE FROM notices WHERE about = :about AND routed_at IS NULL AND due_at > :now

-- name: messages.drop_of
DELETE FROM notices WHERE about = :about AND user_id = :user AND routed_at IS NULL AND due_at > :now

-- name: messages.drop_sends
UPDATE notice_sends SET status = 'skipped', why = 'dropped', next_at = NULL, ended_at = :now
WHERE status = 'waiting' AND notice_id IN (SELECT id FROM notices WHERE about = :about)

-- name: messages.drop_sends_of
UPDATE notice_sends SET status = 'skipped', why = 'dropped', next_at = NULL, ended_at = :now
WHERE status = 'waiting'
    AND notice_id IN (SELECT id FROM notices WHERE about = :about AND user_id = :user)

-- The list and the bell.

-- name: messages.unseen
SELECT count(*) AS n FROM (SELECT 1 FROM notices WHERE user_id = :user AND seen_at IS NULL AND due_at <= :now
    LIMIT :most) AS counted

-- name: messages.mine
SELECT id, kind, link, args, due_at, seen_at FROM notices
WHERE user_id = :user AND due_at <= :now AND (due_at < :before OR (due_at = :before AND id < :id))
ORDER BY due_at DESC, id DESC
LIMIT :most

-- name: messages.one
SELECT id, link, seen_at FROM notices WHERE id = :id AND user_id = :user AND due_at <= :now

-- name: messages.see
UPDATE notices SET seen_at = :now WHERE id = :id AND user_id = :user AND due_at <= :now AND seen_at IS NULL

-- name: messages.see_all
UPDATE notices SET seen_at = :now
WHERE user_id = :user AND seen_at IS NULL AND (due_at < :until OR (due_at = :until AND id <= :id))

-- The ways out of what is due.

-- name: messages.to_route
SELECT n.id, n.user_id, n.kind, n.due_at, n.until_at, u.disabled_at, u.phone_proven_at,
    c.proven_at, c.quiet_from, c.quiet_until
FROM notices n JOIN users u ON u.id = n.user_id LEFT JOIN notice_contacts c ON c.user_id = n.user_id
WHERE n.routed_at IS NULL AND n.due_at <= :now
ORDER BY n.due_at, n.id
LIMIT :most

-- name: messages.routed
UPDATE notices SET routed_at = :now WHERE id = :id

-- name: messages.preferences_of
SELECT channel, is_on FROM notice_preferences WHERE user_id = :user AND kind_group = :group

-- name: messages.send_add
INSERT INTO notice_sends (notice_id, channel, status, why, tries, made_at, next_at, ended_at)
VALUES (:notice, :channel, :status, :why, 0, :now, :next, :ended)

-- What is old.

-- name: messages.prune_sends
DELETE FROM notice_sends WHERE notice_id IN (SELECT id FROM notices WHERE due_at < :before AND routed_at IS NOT NULL
    ORDER BY due_at, id LIMIT :most)

-- name: messages.prune
DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE due_at < :before AND routed_at IS NOT NULL
    ORDER BY due_at, id LIMIT :most)

-- name: messages.codes_prune
DELETE FROM notice_codes WHERE what IN (SELECT what FROM notice_codes WHERE sent_at < :before LIMIT :most)

-- Checks.

-- name: messages.wrong_twice
SELECT DISTINCT b.id FROM notices a JOIN notices b
    ON b.about = a.about AND b.kind = a.kind AND b.user_id = a.user_id AND b.id > a.id
WHERE a.routed_at IS NULL AND b.routed_at IS NULL AND a.due_at > b.told_at ORDER BY b.id LIMIT :most

-- name: messages.wrong_send
SELECT DISTINCT n.id FROM notices n JOIN notice_sends s ON s.notice_id = n.id
WHERE n.routed_at IS NULL ORDER BY n.id LIMIT :most

-- name: messages.wrong_time
SELECT DISTINCT n.id FROM notices n LEFT JOIN notice_sends s ON s.notice_id = n.id
WHERE n.seen_at < n.due_at OR n.routed_at < n.due_at OR s.made_at < n.due_at ORDER BY n.id LIMIT :most

-- name: messages.wrong_place
SELECT id FROM notices WHERE substr(link, 1, 1) <> '/' OR substr(link, 2, 1) = '/' ORDER BY id LIMIT :most

-- Going out (send.c).

-- name: messages.is_due
SELECT id FROM notice_sends WHERE status = 'waiting' AND next_at <= :now LIMIT 1

-- name: messages.sends_due
SELECT s.id, s.channel, s.tries, n.kind, n.link, n.args, n.due_at, n.until_at, u.disabled_at,
    u.phone_sealed, u.phone_proven_at, c.mail, c.proven_at, c.lang, c.quiet_from, c.quiet_until
FROM notice_sends s JOIN notices n ON n.id = s.notice_id JOIN users u ON u.id = n.user_id
    LEFT JOIN notice_contacts c ON c.user_id = n.user_id
WHERE s.status = 'waiting' AND s.next_at <= :now
ORDER BY s.next_at, s.id
LIMIT :most

-- name: messages.send_taken
UPDATE notice_sends SET tries = tries + :by, next_at = :next WHERE id = :id AND status = 'waiting'

-- name: messages.send_later
UPDATE notice_sends SET next_at = :next WHERE id = :id AND status = 'waiting'

-- name: messages.send_skip
UPDATE notice_sends SET status = 'skipped', why = :why, next_at = NULL, ended_at = :now
WHERE id = :id AND status = 'waiting'

-- name: messages.send_back
UPDATE notice_sends SET tries = tries - 1, next_at = :next WHERE id = :id AND status = 'waiting' AND tries = :tries

-- name: messages.send_again
UPDATE notice_sends SET next_at = :next, why = :why WHERE id = :id AND status = 'waiting' AND tries = :tries

-- name: messages.send_ended
UPDATE notice_sends SET status = :status, why = :why, next_at = NULL, ended_at = :now
WHERE id = :id AND status = 'waiting' AND tries = :tries

-- How to reach somebody (contact.c).

-- name: messages.contact
SELECT mail, wanted, code_hash, code_tries, code_until, lang, quiet_from, quiet_until
FROM notice_contacts WHERE user_id = :user

-- name: messages.want
INSERT INTO notice_contacts (user_id, wanted, code_hash, code_tries, code_until, lang, quiet_from, quiet_until)
VALUES (:user, :wanted, :hash, 0, :until, :lang, :quiet_from, :quiet_until)
ON CONFLICT (user_id) DO UPDATE SET wanted = excluded.wanted, code_hash = excluded.code_hash, code_tries = 0,
    code_until = excluded.code_until

-- name: messages.code_tried
UPDATE notice_contacts SET code_tries = code_tries + 1 WHERE user_id = :user

-- name: messages.proven
UPDATE notice_contacts SET mail = :mail, proven_at = :now, wanted = NULL, code_hash = NULL, code_tries = 0,
    code_until = NULL
WHERE user_id = :user

-- name: messages.forget
UPDATE notice_contacts SET mail = NULL, proven_at = NULL, wanted = NULL, code_hash = NULL, code_tries = 0,
    code_until = NULL
WHERE user_id = :user

-- name: messages.contact_save
INSERT INTO notice_contacts (user_id, code_tries, lang, quiet_from, quiet_until)
VALUES (:user, 0, :lang, :quiet_from, :quiet_until)
ON CONFLICT (user_id) DO UPDATE SET lang = excluded.lang, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until

-- name: messages.codes
SELECT sent_at, window_at, sent FROM notice_codes WHERE what = :what

-- name: messages.codes_put
INSERT INTO notice_codes (what, sent_at, window_at, sent) VALUES (:what, :now, :window, :sent)
ON CONFLICT (what) DO UPDATE SET sent_at = excluded.sent_at, window_at = excluded.window_at,
    sent = excluded.sent

-- Settings.

-- name: messages.preferences
SELECT kind_group, channel, is_on FROM notice_preferences WHERE user_id = :user

-- name: messages.preferences_clear
DELETE FROM notice_preferences WHERE user_id = :user

-- name: messages.prefer
INSERT INTO notice_preferences (user_id, kind_group, channel, is_on) VALUES (:user, :group, :channel, :on)

-- name: messages.phone
SELECT phone_sealed, phone_proven_at FROM users WHERE id = :user

-- The log.

-- name: messages.log
SELECT s.id, s.channel, s.status, s.why, s.tries, s.made_at, s.next_at, s.ended_at, n.kind, n.about, u.name
FROM notice_sends s JOIN notices n ON n.id = s.notice_id JOIN users u ON u.id = n.user_id
WHERE (:before = 0 OR s.id < :before) AND (:status = '' OR s.status = :status)
    AND (:channel = '' OR s.channel = :channel) AND (:kind = '' OR n.kind = :kind)
ORDER BY s.id DESC
LIMIT :most

-- name: messages.log_counts
SELECT status, count(*) AS n FROM notice_sends WHERE made_at > :since GROUP BY status

-- Sealing anew (store/seal.h).

-- name: messages.mail_seal_next
SELECT user_id AS id, mail AS sealed FROM notice_contacts
WHERE user_id > :after AND mail IS NOT NULL AND substr(mail, 2, 1) <> :key
ORDER BY user_id
LIMIT :most

-- name: messages.mail_seal_put
UPDATE notice_contacts SET mail = :sealed WHERE user_id = :id AND mail = :before

-- name: messages.mail_seal_count
SELECT substr(mail, 2, 1) AS key, COUNT(*) AS n FROM notice_contacts WHERE mail IS NOT NULL GROUP BY 1

-- name: messages.wanted_seal_next
SELECT user_id AS id, wanted AS sealed FROM notice_contacts
WHERE user_id > :after AND wanted IS NOT NULL AND substr(wanted, 2, 1) <> :key
ORDER BY user_id
LIMIT :most

-- name: messages.wanted_seal_put
UPDATE notice_contacts SET wanted = :sealed WHERE user_id = :id AND wanted = :before

-- name: messages.wanted_seal_count
SELECT substr(wanted, 2, 1) AS key, COUNT(*) AS n FROM notice_contacts WHERE wanted IS NOT NULL GROUP BY 1
