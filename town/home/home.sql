-- Addresses for search engines (sitemap.c).

-- name: home.kinds
SELECT k.slug, max(p.updated_at) AS at
FROM kinds k JOIN products p ON p.kind_id = k.id AND p.status = 'on'
GROUP BY k.id, k.slug ORDER BY k.id

-- name: home.makers
SELECT o.slug, max(p.updated_at) AS at
FROM organisations o JOIN products p ON p.organisation_id = o.id AND p.status = 'on'
GROUP BY o.id, o.slug ORDER BY o.id LIMIT :limit OFFSET :offset

-- name: home.products
SELECT slug, updated_at AS at FROM products WHERE status = 'on'
ORDER BY id LIMIT :limit OFFSET :offset

-- name: home.shows
SELECT id, starts_at AS at FROM shows ORDER BY id DESC LIMIT :limit

-- name: home.halls
SELECT number FROM floor_halls ORDER BY number

-- name: home.counts
SELECT (SELECT count(*) FROM products WHERE status = 'on') AS products,
    (SELECT count(DISTINCT organisation_id) FROM products WHERE status = 'on') AS makers
