-- name: people.user_by_login
SELECT id, name, password, roles, disabled_at FROM users WHERE login = :login

-- name: people.user_by_phone
SELECT id, name, password, roles, disabled_at FROM users WHERE phone_hash = :hash

-- name: people.user_add
INSERT INTO users (login, name, password, phone_sealed, phone_hash, phone_proven_at, roles,
    created_at)
VALUES (:login, :name, :password, :phone_sealed, :phone_hash, :proven, :roles, :now)
RETURNING id

-- name: people.organisation_add
INSERT INTO organisations (kind, slug, name_zh, name_en, about_zh, about_en, created_at)
VALUES (:kind, :slug, :name_zh, :name_en, :about_zh, :about_en, :now)
RETURNING id

-- name: people.organisation_by_slug
SELECT id, kind, name_zh, name_en FROM organisations WHERE slug = :slug

-- name: people.organisation_of
SELECT o.id, o.kind, o.slug, o.name_zh, o.name_en
FROM memberships m JOIN organisations o ON o.id = m.organisation_id
WHERE m.user_id = :user ORDER BY m.created_at, o.id LIMIT 1

-- name: people.membership_add
INSERT INTO memberships (user_id, organisation_id, created_at, role)
VALUES (:user, :organisation, :now, CASE WHEN EXISTS (SELECT 1 FROM memberships m
    WHERE m.organisation_id = :organisation) THEN 'clerk' ELSE 'owner' END)

-- name: people.membership_remove
DELETE FROM memberships WHERE user_id = :user AND organisation_id = :organisation

-- name: people.membership_role
UPDATE memberships SET role = :role WHERE user_id = :user AND organisation_id = :organisation

-- name: people.organisation_save
UPDATE organisations SET name_zh = :name_zh, name_en = :name_en, about_zh = :about_zh,
    about_en = :about_en
WHERE id = :id

-- name: people.user_roles
UPDATE users SET roles = :roles WHERE id = :user

-- name: people.user_disable
UPDATE users SET disabled_at = :at WHERE id = :user

-- name: people.session_add
INSERT INTO sessions (token_hash, user_id, created_at, expires_at)
VALUES (:hash, :user, :now, :expires)
RETURNING id

-- name: people.session_find
SELECT s.id, s.user_id, u.name, u.roles, coalesce(o.id, 0) AS organisation_id, coalesce(o.kind, '') AS kind
FROM sessions s JOIN users u ON u.id = s.user_id
LEFT JOIN organisations o ON o.id = (SELECT m.organisation_id FROM memberships m WHERE m.user_id = u.id
    ORDER BY m.created_at, m.organisation_id LIMIT 1)
WHERE s.token_hash = :hash AND s.expires_at > :now AND s.revoked_at IS NULL
    AND u.disabled_at IS NULL

-- name: people.session_revoke
UPDATE sessions SET revoked_at = :now WHERE id = :session AND revoked_at IS NULL

-- name: people.sessions_prune
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < :before LIMIT :limit)

-- name: people.user_page
SELECT id, login, name, roles, password, phone_sealed, phone_proven_at, created_at FROM users WHERE id = :user

-- name: people.user_secret
SELECT login, password FROM users WHERE id = :user

-- name: people.user_rename
UPDATE users SET name = :name WHERE id = :user

-- name: people.user_set_password
UPDATE users SET password = :password WHERE id = :user

-- name: people.sessions_revoke_others
UPDATE sessions SET revoked_at = :now
WHERE user_id = :user AND id <> :session AND revoked_at IS NULL

-- Sealing anew (store/seal.h).

-- name: people.phone_seal_next
SELECT id AS id, phone_sealed AS sealed FROM users
WHERE id > :after AND phone_sealed IS NOT NULL AND substr(phone_sealed, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: people.phone_seal_put
UPDATE users SET phone_sealed = :sealed WHERE id = :id AND phone_sealed = :before

-- name: people.phone_seal_count
SELECT substr(phone_sealed, 2, 1) AS key, COUNT(*) AS n FROM users WHERE phone_sealed IS NOT NULL GROUP BY 1

-- name: people.addresses
SELECT id, name, phone, detail, province FROM addresses
WHERE user_id = :user ORDER BY preference DESC, id LIMIT :most

-- name: people.address
SELECT a.id, a.name, a.phone, a.detail, a.province,
    CASE WHEN a.id = (SELECT b.id FROM addresses b WHERE b.user_id = :user
        ORDER BY b.preference DESC, b.id LIMIT 1) THEN 1 ELSE 0 END AS is_default
FROM addresses a WHERE a.id = :id AND a.user_id = :user

-- name: people.address_same
SELECT id FROM addresses WHERE user_id = :user AND same_hash = :same

-- name: people.address_count
SELECT COUNT(*) AS n, COALESCE(MAX(preference), 0) AS most
FROM addresses WHERE user_id = :user

-- name: people.address_add
INSERT INTO addresses (user_id, name, phone, detail, same_hash, province, created_at)
VALUES (:user, :name, :phone, :detail, :same, :province, :now)
RETURNING id

-- name: people.address_save
UPDATE addresses SET name = :name, phone = :phone, detail = :detail, same_hash = :same,
    province = :province
WHERE id = :id AND user_id = :user

-- name: people.address_prefer
UPDATE addresses SET preference = :preference WHERE id = :id AND user_id = :user

-- name: people.address_remove
DELETE FROM addresses WHERE id = :id AND user_id = :user

-- name: people.address_name_seal_next
SELECT id AS id, name AS sealed FROM addresses
WHERE id > :after AND substr(name, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: people.address_name_seal_put
UPDATE addresses SET name = :sealed WHERE id = :id AND name = :before

-- name: people.address_name_seal_count
SELECT substr(name, 2, 1) AS key, COUNT(*) AS n FROM addresses GROUP BY 1

-- name: people.address_phone_seal_next
SELECT id AS id, phone AS sealed FROM addresses
WHERE id > :after AND substr(phone, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: people.address_phone_seal_put
UPDATE addresses SET phone = :sealed WHERE id = :id AND phone = :before

-- name: people.address_phone_seal_count
SELECT substr(phone, 2, 1) AS key, COUNT(*) AS n FROM addresses GROUP BY 1

-- name: people.address_detail_seal_next
SELECT id AS id, detail AS sealed FROM addresses
WHERE id > :after AND substr(detail, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: people.address_detail_seal_put
UPDATE addresses SET detail = :sealed WHERE id = :id AND detail = :before

-- name: people.address_detail_seal_count
SELECT substr(detail, 2, 1) AS key, COUNT(*) AS n FROM addresses GROUP BY 1

-- Codes to phones.

-- name: people.phone_owner
SELECT id, roles, disabled_at, phone_proven_at FROM users WHERE phone_hash = :hash

-- name: people.phone_prove
UPDATE users SET phone_proven_at = :now WHERE id = :user

-- name: people.phone_drop
UPDATE users SET phone_sealed = NULL, phone_hash = NULL, phone_proven_at = NULL WHERE id = :user

-- name: people.code
SELECT code_hash, tries, sent_at, expires_at, window_at, sent FROM login_codes
WHERE phone_hash = :phone

-- name: people.code_put
INSERT INTO login_codes (phone_hash, code_hash, tries, sent_at, expires_at, window_at, sent)
VALUES (:phone, :code, 0, :now, :expires, :window, :sent)
ON CONFLICT (phone_hash) DO UPDATE SET code_hash = excluded.code_hash, tries = 0,
    sent_at = excluded.sent_at, expires_at = excluded.expires_at,
    window_at = excluded.window_at, sent = excluded.sent

-- name: people.code_tried
UPDATE login_codes SET tries = tries + 1 WHERE phone_hash = :phone

-- name: people.code_used
UPDATE login_codes SET code_hash = NULL WHERE phone_hash = :phone

-- name: people.codes_prune
DELETE FROM login_codes WHERE phone_hash IN (SELECT phone_hash FROM login_codes
    WHERE sent_at < :before LIMIT :limit)

-- The second factor.

-- name: people.second
SELECT secret, began_at, proven_at, last_step, wrong, wrong_since FROM second_factors
WHERE user_id = :user

-- name: people.second_begin
INSERT INTO second_factors (user_id, secret, began_at, last_step, wrong, wrong_since)
VALUES (:user, :secret, :now, 0, 0, 0)
ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, began_at = excluded.began_at,
    last_step = 0
WHERE second_factors.proven_at IS NULL

-- name: people.second_took
UPDATE second_factors SET last_step = :step, wrong = 0 WHERE user_id = :user

-- name: people.second_wrong
UPDATE second_factors SET wrong = :wrong, wrong_since = :since WHERE user_id = :user

-- name: people.second_prove
UPDATE second_factors SET proven_at = :now WHERE user_id = :user AND proven_at IS NULL

-- name: people.second_remove
DELETE FROM second_factors WHERE user_id = :user

-- name: people.second_event
INSERT INTO second_factor_events (user_id, event, at) VALUES (:user, :event, :now)

-- name: people.second_seal_next
SELECT user_id AS id, secret AS sealed FROM second_factors
WHERE user_id > :after AND substr(secret, 2, 1) <> :key
ORDER BY user_id
LIMIT :most

-- name: people.second_seal_put
UPDATE second_factors SET secret = :sealed WHERE user_id = :id AND secret = :before

-- name: people.second_seal_count
SELECT substr(secret, 2, 1) AS key, COUNT(*) AS n FROM second_factors GROUP BY 1
